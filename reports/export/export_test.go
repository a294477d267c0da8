package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/probes"
)

func TestExportOfAMonth(t *testing.T) {
	h := newHouse(t)
	b, m := h.export(t, Query{Month: "2026-10"}, Full, func(r *Request) { r.Report = []byte(`{"format":"x"}`) })
	again, _ := h.export(t, Query{Month: "2026-10"}, Full, func(r *Request) { r.Report = []byte(`{"format":"x"}`) })
	if !bytes.Equal(b, again) {
		t.Error("another file the second time")
	}
	files := unpack(t, b)
	want := []string{"attached/captures/" + fileName(outageID) + ".json", "attached/pages/" + h.asked[1] + ".page", "attached/pages/" + h.asked[1] + ".png", "attached/report.json",
		"blocks/2026-10-01T00.json", "blocks/2026-10-01T01.json", "blocks/2026-10-01T02.json", "blocks/2026-10-01T03.json", "blocks/2026-10-01T04.json", "evidence.json", "index.html", "manifest.json"}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if len(m.Files) != len(want)-1 || len(m.Withheld) != 0 {
		t.Errorf("%+v", m)
	}
	absent := []Absent{{october.Add(5 * time.Hour), october.Add(6 * time.Hour), Expired}, {october.Add(6 * time.Hour), october.Add(8 * time.Hour), NotSealed}}
	if !slices.Equal(m.Absent, absent) {
		t.Errorf("%+v", m.Absent)
	}
	c := verified(t, b, h.public)
	// Five hours, one of them in two versions.
	if !c.OK() || c.OwnKeys || c.Hours != 6 || c.Blocks != 18 || c.Pages != 1 || !slices.Equal(c.Bare, []string{"2026-10-01T05"}) || c.Report == nil || c.Redrawn {
		t.Errorf("%+v", c)
	}
	if c := verified(t, b); !c.OK() || !c.OwnKeys {
		t.Errorf("%+v", c)
	}
	if _, err := Verify(bytes.NewReader(b), int64(len(b)), newHouse(t).public); !errors.Is(err, ledger.ErrUnsigned) {
		t.Error(err)
	}
}

// The masked profile has no name of anybody, anywhere.
func TestMaskedProfileNamesNobody(t *testing.T) {
	h := newHouse(t)
	b, m := h.export(t, Query{Month: "2026-10"}, Masked, func(r *Request) { r.Report = []byte(`{"name":"홍길동"}`) })
	files := unpack(t, b)
	for name, content := range files {
		for _, secret := range []string{"홍길동", "hong", "확인"} {
			if strings.Contains(string(content), secret) {
				t.Errorf("%s holds %q: %s", name, secret, content)
			}
		}
	}
	if len(h.asked) != 0 || files[nameReport] != nil {
		t.Errorf("captures, pages and reports go out: %q", h.asked)
	}
	if m.Withheld["statement"] != 1 || m.Withheld["act"] != 1 || m.Withheld["case"] != 1 || len(m.Withheld) != 3 {
		t.Errorf("%v", m.Withheld)
	}
	if c := verified(t, b, h.public); !c.OK() || c.Hours != 6 {
		t.Errorf("%+v", c)
	}
	n := 0
	for name, content := range files {
		if !strings.HasPrefix(name, dirCopies) {
			continue
		}
		n++
		var c Copy
		if err := json.Unmarshal(content, &c); err != nil || c.Format != CopyFormat {
			t.Fatal(err)
		}
		// What an auditor needs is left.
		if c.Kind == "statement" && (!strings.Contains(string(content), outageID) || !strings.Contains(string(content), string(compliance.ProbeBlocked)) || !strings.Contains(string(content), `"role":"operator"`)) ||
			c.Kind == "case" && !strings.Contains(string(content), "2026-10-0001") {
			t.Errorf("%s", content)
		}
	}
	if n != 3 {
		t.Errorf("%d copies", n)
	}
}

// What is not on the list of plain members is blanked, whatever it is.
func TestMaskBlanksWhatItDoesNotKnow(t *testing.T) {
	got, err := json.Marshal(masked([]byte(`{"v":1,"x":{"by":{"id":"u","name":"n","kind":"user","role":"operator","kin":"k"},"to":"a@b.kr","until":"2026-10-01","note":["x",{"site":"main","clause":"두 단어"}],"known":2,"ok":true,"by2":"y","report":{"by":"u"}}}`)))
	want := `{"v":1,"x":{"by":{"id":"***","kin":"***","kind":"user","name":"***","role":"operator"},"by2":"***","known":2,"note":["***",{"clause":"***","site":"main"}],"ok":true,"report":{"by":"***"},"to":"***","until":"2026-10-01"}}`
	if err != nil || string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if masked([]byte("no JSON")) != blanked {
		t.Error("what cannot be read is shown")
	}
}

// TestVerifyNamesWhatWasDone changes an export in every way that matters, with and without a
// manifest that fits.
func TestVerifyNamesWhatWasDone(t *testing.T) {
	h := newHouse(t)
	good, _ := h.export(t, Query{Month: "2026-10"}, Full)
	result := func(x *Hour) { // one look fails instead of passing, and the block is encoded as it should be
		for i, b := range x.Blocks {
			if b.Check != "a/login" {
				continue
			}
			d, err := compliance.DecodeBlock(b.Data)
			if err != nil {
				t.Fatal(err)
			}
			d.Looks[7].Reason = probes.Timeout
			x.Blocks[i].Data = compliance.EncodeBlock(d)
		}
	}
	for name, c := range map[string]struct {
		spoil  func(map[string][]byte)
		honest bool
		want   string
	}{
		"a byte of a block": {func(f map[string][]byte) { hourFile(t, f, 3, func(x *Hour) { x.Blocks[2].Data[9] ^= 1 }) }, true,
			"hour 2026-10-01T03/v1: the block of b/front at seoul is not the one that was sealed"},
		"a result": {func(f map[string][]byte) { hourFile(t, f, 0, result) }, true,
			"hour 2026-10-01T00/v1: the block of a/login at seoul is not the one that was sealed"},
		"a result of a superseded version": {func(f map[string][]byte) { hourFile(t, f, 2, func(x *Hour) { x.Blocks[1].Data[9] ^= 1 }) }, true,
			"hour 2026-10-01T02/v1: the block of a/login at seoul"},
		"a result of a late version": {func(f map[string][]byte) { hourFile(t, f, 2, func(x *Hour) { x.Blocks[2].Data[9] ^= 1 }) }, true,
			"hour 2026-10-01T02/v2: the block of a/login at seoul"},
		"a result, and nothing else": {func(f map[string][]byte) { hourFile(t, f, 0, result) }, false, "blocks/2026-10-01T00.json: it is not the file that the manifest lists"},
		"a check renamed":            {func(f map[string][]byte) { hourFile(t, f, 1, func(x *Hour) { x.Blocks[0].Check = "z/front" }) }, true, "hour 2026-10-01T01/v1: the block of z/front at seoul"},
		"a block gone":               {func(f map[string][]byte) { hourFile(t, f, 1, func(x *Hour) { x.Blocks = x.Blocks[1:] }) }, true, "hour 2026-10-01T01/v1: it was sealed with 3 blocks, here are 2"},
		"blocks swapped": {func(f map[string][]byte) {
			hourFile(t, f, 1, func(x *Hour) {
				x.Blocks[0], x.Blocks[1] = x.Blocks[1], x.Blocks[0]
				x.Blocks[0].Series, x.Blocks[1].Series = 1, 2
			})
		}, true, "hour 2026-10-01T01/v1: its blocks do not have the digest"},
		"a block added": {func(f map[string][]byte) {
			hourFile(t, f, 1, func(x *Hour) {
				x.Blocks = append(x.Blocks, compliance.SealedBlock{Series: 8, Check: "q/q", Version: 5})
			})
		}, true, "a block of q/q at  is of version 5, which was not sealed here"},
		"another hour's blocks": {func(f map[string][]byte) { f["blocks/2026-10-01T01.json"] = f["blocks/2026-10-01T03.json"] }, true, "blocks/2026-10-01T01.json: it holds blocks of another hour"},
		"an hour gone":          {func(f map[string][]byte) { delete(f, "blocks/2026-10-01T01.json") }, true, "hour 2026-10-01T01 was sealed and asked for"},
		"a file gone":           {func(f map[string][]byte) { delete(f, "blocks/2026-10-01T01.json") }, false, "blocks/2026-10-01T01.json is listed, and is not there"},
		"a file added":          {func(f map[string][]byte) { f["attached/letter.txt"] = []byte("x") }, false, "attached/letter.txt is there, and is not listed"},
		"a page": {func(f map[string][]byte) {
			for name := range f {
				if strings.HasSuffix(name, ".page") {
					f[name] = append(f[name], 'x')
				}
			}
		}, true, ".page: no evidence names this page"},
		"the index": {func(f map[string][]byte) { f[nameIndex] = append(f[nameIndex], 'x') }, false, "index.html: it is not the file"},
		"evidence": {func(f map[string][]byte) {
			f[nameEvidence] = bytes.Replace(f[nameEvidence], []byte("00:20:00"), []byte("00:10:00"), 1)
			f[nameEvidence] = bytes.Replace(f[nameEvidence], []byte("T05:20:00Z"), []byte("T05:10:00Z"), 1)
		}, true, "leaf 8, outage " + outageID + ": its evidence was changed"},
		"another checkpoint named": {func(f map[string][]byte) {
			f[nameManifest] = bytes.Replace(f[nameManifest], []byte(`"checkpoint": "watch`), []byte(`"checkpoint": "xatch`), 1)
		}, false, "manifest.json names another checkpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			files := unpack(t, good)
			c.spoil(files)
			b := repack(t, files, c.honest)
			if got := verified(t, b, h.public); !has(got.Problems, c.want) {
				t.Errorf("want %q, got %q", c.want, got.Problems)
			}
		})
	}
	if c := verified(t, repack(t, unpack(t, good), true), h.public); !c.OK() {
		t.Errorf("%q", c.Problems)
	}
}

// A file that the manifest lists twice is counted once, and told of.
func TestVerifyAFileListedTwice(t *testing.T) {
	h := newHouse(t)
	good, m := h.export(t, Query{Month: "2026-10"}, Full)
	at := slices.IndexFunc(m.Files, func(f File) bool { return strings.HasPrefix(f.Name, dirBlocks) })
	m.Files = slices.Insert(m.Files, at, m.Files[at])
	files := unpack(t, good)
	files[nameManifest], _ = json.Marshal(m)
	if c := verified(t, repack(t, files, false), h.public); c.Hours != 6 || !has(c.Problems, m.Files[at].Name+" is listed twice") {
		t.Errorf("%d hours, %q", c.Hours, c.Problems)
	}
}

// An export whose manifest lists no evidence proves nothing, and says so.
func TestVerifyWithoutEvidence(t *testing.T) {
	h := newHouse(t)
	good, m := h.export(t, Query{Month: "2026-10"}, Full)
	m.Files = slices.DeleteFunc(m.Files, func(f File) bool { return f.Name == nameEvidence })
	files := unpack(t, good)
	delete(files, nameEvidence)
	files[nameManifest], _ = json.Marshal(m)
	b := repack(t, files, false)
	if _, err := Verify(bytes.NewReader(b), int64(len(b)), h.public); err == nil || !strings.Contains(err.Error(), nameEvidence) {
		t.Error(err)
	}
}

// A byte of the zip itself: the file that it lies in is named.
func TestVerifyADamagedZip(t *testing.T) {
	h := newHouse(t)
	good, _ := h.export(t, Query{Month: "2026-10"}, Full)
	at := bytes.Index(good, []byte("blocks/2026-10-01T04.json")) + 100
	bad := bytes.Clone(good)
	bad[at] ^= 0x55
	if c := verified(t, bad, h.public); !has(c.Problems, "blocks/2026-10-01T04.json") {
		t.Errorf("%q", c.Problems)
	}
	for name, b := range map[string][]byte{"no zip": []byte("PK\x03\x04 and no more"), "another zip": repack(t, map[string][]byte{"xl/workbook.xml": nil}, false),
		"another format": repack(t, map[string][]byte{nameManifest: []byte(`{"format":"charterwatch export 9"}`)}, false)} {
		if _, err := Verify(bytes.NewReader(b), int64(len(b))); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExportOfASample(t *testing.T) {
	h := newHouse(t)
	b, m := h.export(t, Query{Month: "2026-10", Sample: 3}, Full)
	if len(m.Drawn) != 3 || m.Query.Seed == "" || m.Query.Given {
		t.Fatalf("%+v", m.Query)
	}
	if c := verified(t, b, h.public); !c.OK() || !c.Redrawn {
		t.Errorf("%+v", c)
	}
	// Another seed was taken until the sample pleased.
	other, o := h.export(t, Query{Month: "2026-10", Sample: 3, Seed: "pleasant", Given: true}, Full)
	if slices.Equal(o.Drawn, m.Drawn) {
		t.Fatal("both seeds draw the same: choose another")
	}
	if c := verified(t, other, h.public); !c.OK() || !c.Redrawn {
		t.Errorf("%+v", c)
	}
	files := unpack(t, other)
	files[nameManifest] = bytes.Replace(files[nameManifest], []byte(`"given": true`), []byte(`"given": false`), 1)
	if c := verified(t, repack(t, files, false), h.public); !has(c.Problems, "seed is not the checkpoint's root") {
		t.Errorf("%q", c.Problems)
	}
	files = unpack(t, b)
	files[nameManifest] = bytes.Replace(files[nameManifest], []byte(m.Drawn[0]), []byte("hour 2026-10-01T99"), 1)
	if c := verified(t, repack(t, files, false), h.public); !has(c.Problems, "not the one that its seed draws") {
		t.Errorf("%q", c.Problems)
	}
	if _, all := h.export(t, Query{Month: "2026-10", Sample: 99}, Masked); len(all.Drawn) != 7 {
		t.Errorf("%q", all.Drawn)
	}
}

func TestExportOfAnOutage(t *testing.T) {
	h := newHouse(t)
	b, m := h.export(t, Query{Outage: outageID, From: october.Add(5 * time.Hour), To: october.Add(6 * time.Hour)}, Full)
	c := verified(t, b, h.public)
	var shown []string
	for _, e := range c.Ledger.Entries {
		if e.Shown == ledger.InFull {
			shown = append(shown, string(e.Leaf.Kind))
		}
	}
	if !c.OK() || !slices.Equal(shown, []string{"genesis", "hour", "outage", "outage", "notice", "statement"}) || m.Withheld["hour"] != 6 {
		t.Errorf("%q %+v", shown, m)
	}
}

func TestExportOfAClause(t *testing.T) {
	h := newHouse(t)
	b, m := h.export(t, Query{Month: "2026-10", Clause: "recovery-time"}, Full, func(r *Request) {
		r.Uses = []string{"hours a 2026-10", "outage " + outageID, "page a/daily 2026-10", "case online/2026-10-0001"}
	})
	c := verified(t, b, h.public)
	files := unpack(t, b)
	if !c.OK() || c.Hours != 0 || len(files) != 4 || !slices.Equal(m.Elsewhere, []string{"page a/daily 2026-10"}) || m.Withheld["hour"] != 7 || m.Withheld["case"] != 0 {
		t.Errorf("%+v %+v", slices.Collect(maps.Keys(files)), m)
	}
	b, _ = h.export(t, Query{Month: "2026-10", Clause: "recovery-time"}, Masked, func(r *Request) { r.Observed = true })
	if c := verified(t, b, h.public); !c.OK() || c.Hours != 6 {
		t.Errorf("%+v", c)
	}
}

// The index says what is withheld and what is not proved, Korean first.
func TestIndexSaysWhatIsNotThere(t *testing.T) {
	h := newHouse(t)
	b, _ := h.export(t, Query{Month: "2026-10"}, Masked)
	page := string(unpack(t, b)[nameIndex])
	ko, en := strings.Index(page, "증거 내보내기"), strings.Index(page, "<h1>Evidence export")
	if ko < 0 || en < ko {
		t.Errorf("Korean does not come first: %d %d", ko, en)
	}
	for _, want := range []string{"act 1, case 1, statement 1", "2026-10-01T05:00:00Z", "charterwatch verify --key", "watch.example/charterwatch", "blocks/2026-10-01T00.json"} {
		if !strings.Contains(page, want) {
			t.Errorf("the index lacks %q", want)
		}
	}
	if strings.Contains(page, "report.export.") || strings.Contains(page, "<script") || strings.Contains(page, "http") {
		t.Error("a text is missing, or it is not self-contained")
	}
	if len(messages.Languages()) != 2 {
		t.Error("the template's own heads are Korean and English")
	}
}

// Whatever a manifest and an hour's file say, nothing passes for blocks that were not sealed.
func FuzzVerify(f *testing.F) {
	h := newHouse(f)
	good, _ := h.export(f, Query{Month: "2026-10"}, Masked)
	files := unpack(f, good)
	const name = "blocks/2026-10-01T02.json"
	f.Add(files[nameManifest], files[name])
	f.Fuzz(func(t *testing.T, manifest, hour []byte) {
		changed := maps.Clone(files)
		changed[nameManifest], changed[name] = manifest, hour
		b := repack(t, changed, false)
		c, err := Verify(bytes.NewReader(b), int64(len(b)), h.public)
		if err == nil && c.Hours > 6 {
			t.Errorf("%d hours pass, 6 were sealed with blocks", c.Hours)
		}
	})
}
