package config

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
)

// Evidence says how the ledger is signed, and who keeps what was signed.
type Evidence struct {
	Key             string        `yaml:"key" doc:"File of the private key that signs the ledger, made when there is none. Its public keys lie beside it. Default: ledger.key in the store's folder."`
	Origin          string        `yaml:"origin" doc:"Names the ledger in what it signs, as example.or.kr/charterwatch; it counts when the key is made. Default: the host of web.external_url, or else this machine's name, with /charterwatch."`
	Checkpoints     string        `yaml:"checkpoints" doc:"Folder of the latest signed checkpoint. Best on another disk than the store: it tells whether the store was set back. Default: checkpoints in the store's folder."`
	CheckpointEvery Duration      `yaml:"checkpoint_every" doc:"The ledger is signed so often, when it has grown. Default 10m."`
	Timestamp       Text          `yaml:"timestamp" doc:"Address of an RFC 3161 time-stamping authority that is asked to stamp each checkpoint."`
	Send            []KeptOutside `yaml:"send_checkpoints_to" doc:"Who keeps signed checkpoints besides. Only they show that a holder of the key has not rewritten the ledger: name two or more, out of the monitor's reach."`
}

// KeptOutside is one place to which checkpoints are sent.
type KeptOutside struct {
	File    string `yaml:"file" doc:"Append to this file, as on another machine's disk."`
	Webhook Text   `yaml:"webhook" doc:"POST to this address, as text/plain."`
	Mail    string `yaml:"mail" doc:"Mail to this address, by the server of the section mail."`
}

// evidence checks the section and fills in what depends on others: call it after rest.
func (l *Loaded) evidence() {
	e, d := &l.File.Evidence, l.d
	for _, p := range []struct {
		path *string
		name string
	}{{&e.Key, "ledger.key"}, {&e.Checkpoints, "checkpoints"}} {
		if *p.path == "" {
			*p.path = filepath.Join(l.File.Store.SQLite, p.name)
		} else {
			*p.path = d.relative(*p.path)
		}
	}
	if e.Origin != "" {
		if first, n := ledger.FirstOrigin(e.Origin); n != 1 || first != e.Origin || ledger.CheckOrigin(e.Origin) != nil {
			d.on("evidence.origin", messages.New("config.origin", "value", strconv.Quote(e.Origin)))
		}
	}
	l.span("evidence.checkpoint_every", e.CheckpointEvery, time.Second, 24*time.Hour)
	if len(e.Send) == 0 {
		d.warn("evidence", messages.New("config.nobody_keeps", "example", "{send_checkpoints_to: [{file: /mnt/audit/checkpoints.txt}]}"))
	}
	l.address(string(e.Timestamp), "evidence.timestamp")
	for i := range e.Send {
		r, path := &e.Send[i], fmt.Sprintf("evidence.send_checkpoints_to[%d]", i)
		given := 0
		for _, s := range []string{r.File, string(r.Webhook), r.Mail} {
			if s != "" {
				given++
			}
		}
		if given != 1 {
			d.on(path, messages.New("config.one_recipient"))
		}
		if r.Mail != "" {
			l.mailAddress(r.Mail, path+".mail")
			if l.File.Mail.Server == "" {
				d.on(path+".mail", messages.New("config.no_mail"))
			}
		}
		if r.File != "" {
			r.File = d.relative(r.File)
		}
		l.address(string(r.Webhook), path+".webhook")
	}
}

// FirstOrigin is how the first log of this configuration is named, unless a key has settled it.
func (f File) FirstOrigin() string {
	if f.Evidence.Origin != "" {
		return f.Evidence.Origin
	}
	host := ""
	if u, err := url.Parse(f.Web.ExternalURL); err == nil {
		host = u.Hostname()
	}
	if host == "" {
		host, _ = os.Hostname()
	}
	return cmp.Or(host, "localhost") + "/charterwatch"
}
