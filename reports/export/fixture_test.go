package export

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

var (
	october   = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	someone   = accounts.Actor{ID: "hong.gildong", Name: "홍길동", Kind: accounts.KindUser, Role: accounts.RoleOperator}
	pageText  = []byte("<p>점검 공지</p>")
	errNoSuch = errors.New("no such thing")
)

const outageID = "a@20261001T050000.000Z"

// house is a day of a small monitor, in memory: six hours of three checks, of which the third hour has a late
// record and the sixth lost its blocks to retention; an outage in two versions, a notice, and what
// people said of them.
type house struct {
	key    ledger.Key
	public string
	bundle ledger.Bundle
	blocks map[time.Time][]compliance.SealedBlock
	tree   ledger.Verifier
	asked  []string // of Kept
}

func newHouse(t testing.TB) *house {
	t.Helper()
	private, public, err := ledger.NewKey("watch.example/charterwatch")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{public: public, blocks: map[time.Time][]compliance.SealedBlock{}}
	if h.key, err = ledger.ParseKey(private); err != nil {
		t.Fatal(err)
	}
	h.add(t)(compliance.Genesis{Log: 1}.Evidence())
	for i := range 6 {
		h.seal(t, october.Add(time.Duration(i)*time.Hour), 1)
	}
	o := compliance.Outage{ID: outageID, Site: "a", Start: october.Add(5 * time.Hour), ConfirmedAt: october.Add(5*time.Hour + time.Minute), Reason: probes.Timeout}
	h.add(t)(o.Evidence())
	o.End = october.Add(5*time.Hour + 20*time.Minute)
	h.add(t)(o.Evidence())
	sum := sha256.Sum256(pageText)
	n := compliance.Notice{ID: "a/board#1", Board: "a/board", FirstSeen: october}
	h.add(t)(n.Evidence(compliance.Revision{N: 1, FirstSeen: october, Title: "점검", Page: hex.EncodeToString(sum[:])}))
	appeal := compliance.Statement{Site: "a", At: october, By: someone, Why: "홍길동이 확인", Appeal: &compliance.Appeal{Outage: outageID, Ground: compliance.ProbeBlocked, Evidence: "hong@example.or.kr"}}
	h.add(t)(appeal.Sealed().Evidence())
	h.add(t)(compliance.Act{Kind: compliance.ActBackedUp, At: october, By: someone, Subject: "홍길동.db"}.Sealed().Evidence())
	h.add(t)(compliance.CaseImport{ID: "i1", At: october, By: someone, Source: "file", Cases: []compliance.Case{{Ref: "2026-10-0001", Kind: compliance.CaseOnline, Received: october}}}.Evidence())
	h.seal(t, october.Add(2*time.Hour), 2)
	delete(h.blocks, october.Add(5*time.Hour)) // by retention
	h.sign(t)
	return h
}

func (h *house) sign(t testing.TB) {
	t.Helper()
	var err error
	if h.bundle.Range.Checkpoint, err = h.key.Sign(ledger.Checkpoint{Origin: h.key.Origin(), Size: h.tree.Size(), Root: h.tree.Root()}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) add(t testing.TB) func(compliance.Evidence, error) {
	return func(e compliance.Evidence, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		n := h.tree.Size()
		l := ledger.Leaf{Kind: ledger.Kind(e.Kind), ID: e.ID, At: october.Add(7*time.Hour + time.Duration(n)*time.Second)}
		salt := ledger.Salt{byte(n), 1}
		l.Commitment = ledger.Commit(l.Kind, l.ID, salt, e.Bytes)
		h.tree.Add(l.Bytes())
		h.bundle.Range.Leaves = append(h.bundle.Range.Leaves, l.Bytes())
		h.bundle.Items = append(h.bundle.Items, ledger.Item{N: n, Salt: salt, Body: e.Bytes})
	}
}

// seal seals an hour of three series; a later version has the second alone.
func (h *house) seal(t testing.TB, at time.Time, version int64) {
	t.Helper()
	for i, check := range []string{"a/front", "a/login", "b/front"} {
		if version > 1 && i != 1 {
			continue
		}
		b := compliance.Block{Hour: at, Grid: probes.SlotsOf(check, time.Minute), Slots: 60}
		for slot := range 60 {
			if version > 1 || slot != 30 {
				b.Looks = append(b.Looks, compliance.Look{Slot: slot, Reason: probes.OK, Latency: time.Duration(100+slot) * time.Millisecond})
			}
		}
		h.blocks[at] = append(h.blocks[at], compliance.SealedBlock{Series: int64(i + 1), Check: check, Vantage: "seoul", Version: version, Data: compliance.EncodeBlock(b)})
	}
	slices.SortFunc(h.blocks[at], inOrder)
	of := Hour{Blocks: h.blocks[at]}.of(version)
	s := compliance.SealedHour{Hour: at, Version: version, Digest: compliance.HourDigest(at, version, digests(of))}
	for _, d := range digests(of) {
		s.Blocks = append(s.Blocks, [8]byte(d[:]))
	}
	h.add(t)(s.Evidence())
}

func (h *house) Bundle(_ context.Context, from, _ time.Time, include func(kind, id string) bool) (ledger.Bundle, error) {
	if from.After(october.Add(24 * time.Hour)) {
		return ledger.Bundle{}, errNoSuch
	}
	b := h.bundle
	b.Items = slices.Clone(b.Items)
	return b, nil
}

func (h *house) Blocks(_ context.Context, from, to time.Time, fn func(time.Time, []compliance.SealedBlock) error) error {
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		if len(h.blocks[at]) > 0 {
			// What is sealed for a version after the checkpoint is no part of an export.
			late := compliance.SealedBlock{Series: 9, Check: "c/late", Vantage: "seoul", Version: 7, Data: []byte("later")}
			if err := fn(at, append(slices.Clone(h.blocks[at]), late)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *house) Settled(context.Context, time.Time, time.Time) (time.Time, error) {
	return october.Add(7 * time.Hour), nil
}

func (h *house) SignedAt(context.Context, ledger.Checkpoint) (time.Time, error) {
	return october.Add(8 * time.Hour), nil
}

func (h *house) Capture(_ context.Context, outage string) (compliance.OutageCapture, error) {
	h.asked = append(h.asked, outage)
	return compliance.OutageCapture{Outage: outage}, nil
}

func (h *house) NoticePage(_ context.Context, digest string) (scanners.Page, error) {
	h.asked = append(h.asked, digest)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(pageText); err != nil {
		return scanners.Page{}, err
	}
	err := z.Close()
	return scanners.Page{Digest: digest, Body: b.Bytes(), Screenshot: []byte("png")}, err
}

// export makes an export of the house.
func (h *house) export(t testing.TB, q Query, p Profile, more ...func(*Request)) ([]byte, Manifest) {
	t.Helper()
	if q.From.IsZero() {
		q.From, q.To = october, october.Add(8*time.Hour)
	}
	r := Request{Query: q, Profile: p, Keys: []string{h.public}}
	for _, f := range more {
		f(&r)
	}
	var b bytes.Buffer
	m, err := Export(t.Context(), &b, Config{Ledger: h, Kept: h, Missing: func(err error) bool { return errors.Is(err, errNoSuch) }}, r)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m
}

// unpack reads a zip.
func unpack(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// repack writes a zip, with a manifest that fits its files if honest.
func repack(t testing.TB, files map[string][]byte, honest bool) []byte {
	t.Helper()
	if honest {
		var m Manifest
		if err := json.Unmarshal(files[nameManifest], &m); err != nil {
			t.Fatal(err)
		}
		m.Files = slices.DeleteFunc(m.Files, func(f File) bool { return files[f.Name] == nil })
		for i, f := range m.Files {
			sum := sha256.Sum256(files[f.Name])
			m.Files[i].Size, m.Files[i].SHA256 = int64(len(files[f.Name])), hex.EncodeToString(sum[:])
		}
		files[nameManifest], _ = json.Marshal(m)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verified(t testing.TB, b []byte, keys ...string) Checked {
	t.Helper()
	c, err := Verify(bytes.NewReader(b), int64(len(b)), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hourFile changes the blocks of an hour in an export.
func hourFile(t testing.TB, files map[string][]byte, hour int, change func(*Hour)) {
	t.Helper()
	name := fmt.Sprintf("%s2026-10-01T%02d.json", dirBlocks, hour)
	var h Hour
	if err := json.Unmarshal(files[name], &h); err != nil {
		t.Fatal(err)
	}
	change(&h)
	files[name], _ = json.Marshal(h)
}

func has(list []string, want string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, want) })
}
