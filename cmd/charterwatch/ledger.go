package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/ledger/stamps"
	"github.com/charterwatch/charterwatch/store"
)

// openLedger takes up the key, makes it when there is none, and puts the configuration on
// record.
func (a *app) openLedger(ctx context.Context, l *config.Loaded, b config.Built) error {
	e := l.File.Evidence
	head, err := a.db.Head(ctx)
	if err != nil {
		return err // behind its checkpoint file: explain says what to do
	}
	a.keyFile = ledger.KeyFile{Path: e.Key}
	key, public, err := signingKey(a.keyFile, l.File.FirstOrigin(), head.Log)
	if err != nil {
		return err
	}
	if a.ledgerKey = public; public != "" {
		a.log.Info("a key for the ledger was made; keep its public key where others can find it", "public", public, "file", e.Key)
	}
	if first, _ := ledger.FirstOrigin(key.Origin()); first != l.File.FirstOrigin() && e.Origin != "" {
		a.log.Warn("the ledger keeps the origin that its key was made for", "origin", first, "configured", e.Origin)
	}
	cfg := ledger.NotaryConfig{Log: a.db, Key: key, Folder: ledger.Folder{Dir: e.Checkpoints}, Every: time.Duration(e.CheckpointEvery), Logger: a.log, Now: a.clock.Now}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if e.Timestamp != "" {
		authority := stamps.Authority{URL: string(e.Timestamp), Client: client}
		cfg.Stamp = func(ctx context.Context, s ledger.Signed) error {
			token, err := authority.Stamp(ctx, s.Note)
			if err != nil {
				return err
			}
			return a.db.SaveStamp(ctx, s.Log, s.Size, token)
		}
	}
	for _, r := range e.Send {
		switch {
		case r.File != "":
			cfg.Recipients = append(cfg.Recipients, ledger.FileRecipient{Path: r.File})
		case r.Mail != "":
			cfg.Recipients = append(cfg.Recipients, ledger.Mail{To: r.Mail, Via: a.mailText})
		default:
			cfg.Recipients = append(cfg.Recipients, ledger.Webhook{URL: string(r.Webhook), Client: client})
		}
	}
	if a.notary, err = ledger.NewNotary(cfg); err != nil {
		return err
	}
	return a.recordConfig(ctx, l, b)
}

// signingKey reads the key of a log. public is set when it was made just now.
func signingKey(file ledger.KeyFile, first string, log int64) (key ledger.Key, public string, err error) {
	key, err = file.Read()
	var open *ledger.OpenKeyError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// A key that was lost is followed by one for the same log, whatever the file says now.
		known, err := formerOrigin(file)
		if err != nil {
			return key, "", err
		}
		return file.Make(ledger.OriginOf(cmp.Or(known, first), log))
	case errors.As(err, &open):
		return key, "", messages.New("cli.ledger.open_key", "path", open.Path, "mode", strconv.FormatInt(int64(open.Mode), 8))
	case err != nil:
		return key, "", err
	}
	first, n := ledger.FirstOrigin(key.Origin())
	if n == log {
		return key, "", nil
	}
	// The log was begun anew, and the program died before its key was in place.
	key, public, err = file.Next(ledger.OriginOf(first, log))
	if err != nil {
		return key, "", err
	}
	return key, public, file.Switch()
}

// formerOrigin is how the newest public key names the first log; "" when there is none.
func formerOrigin(file ledger.KeyFile) (first string, err error) {
	known, err := file.PublicKeys()
	if n := len(known); n > 0 {
		name, _, _ := strings.Cut(known[n-1], "+")
		first, _ = ledger.FirstOrigin(name)
	}
	return first, err
}

// recordConfig puts on record which configuration is in force: its digest, never its content.
func (a *app) recordConfig(ctx context.Context, l *config.Loaded, b config.Built) error {
	return a.db.Act(ctx, compliance.Act{
		Kind: compliance.ActConfigured, At: a.clock.Now(), By: accounts.System("configuration"), Subject: hex.EncodeToString(l.Digest[:]),
		Detail: map[string]string{"program": versionText(), "sites": strconv.Itoa(len(b.Plan.Sites)), "checks": strconv.Itoa(len(b.Plan.Watches))},
	})
}

// behind says what to do about a store that was set back.
func behind(err error) (messages.Message, bool) {
	var e *store.BehindError
	if !errors.As(err, &e) {
		return messages.Message{}, false
	}
	const remedy = "charterwatch ledger recover --dir DIR --why WHY"
	switch {
	case e.Signed < 0:
		return messages.New("error.ledger_unreadable", "file", e.File, "command", remedy), true
	case e.Have >= e.Signed:
		return messages.New("error.ledger_differs", "file", e.File, "signed", e.Signed, "command", remedy), true
	default:
		return messages.New("error.ledger_behind", "file", e.File, "signed", e.Signed, "have", e.Have, "command", remedy), true
	}
}

// keyFileIn is the key of a store's folder, unless a flag names another.
func keyFileIn(dir, flagged string) ledger.KeyFile {
	return ledger.KeyFile{Path: cmp.Or(flagged, dir+"/ledger.key")}
}
