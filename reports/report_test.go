package reports_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/internal/needs"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/fonts"
)

var update = flag.Bool("update", false, "write the golden files anew")

func typeface(t testing.TB) fonts.Set {
	t.Helper()
	set, err := fonts.Load()
	if err != nil {
		needs.Lack(t, err.Error())
	}
	return set
}

func options(t testing.TB) reports.Options {
	return reports.Options{Fonts: typeface(t), Attachments: []reports.Attachment{
		{Name: "evidence.json", MIME: "application/json", Description: "증거", Data: []byte(`{"format":"charterwatch month 1"}`)},
		{Name: "proofs.txt", MIME: "text/plain", Description: "proofs", Relation: reports.RelationSupplement, Data: []byte("c2sp.org/tlog-proof")},
	}}
}

func render(t testing.TB, r reports.Report, state reports.State, lang string) reports.Files {
	t.Helper()
	files, err := reports.Render(r, signing(r, state), lang, options(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// small is a report short enough for a golden file.
func small(t testing.TB) reports.Report {
	r := october{sites: 2, off: "site-01"}.report(t)
	r.Charter.Clauses, r.Month.Clauses = r.Charter.Clauses[:4], r.Month.Clauses[:4]
	r.Evidence.Cases.Cases = r.Evidence.Cases.Cases[:6]
	r.Evidence.Pages = r.Evidence.Pages[:1]
	r.Month.Self.Watches = r.Month.Self.Watches[12:15]
	return r
}

// TestGolden compares what is read in each format with what was approved.
func TestGolden(t *testing.T) {
	r := small(t)
	s := signing(r, reports.Signed)
	for _, lang := range messages.Languages() {
		page, err := reports.HTML(r, s, lang, reports.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := bytes.Cut(page, []byte("<body>"))
		golden(t, lang+"-body.html", body)
		csv, err := reports.CSV(r, s, lang, reports.Options{})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, lang+"-verdicts.csv", csv)
	}
	data, err := reports.JSON(r, s, "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", data)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				t.Errorf("%s, line %d:\n got %.300s\nwant %.300s\nrun with -update if that is meant", name, i+1, a[i], strings.Join(b[min(i, len(b)):min(i+1, len(b))], ""))
				return
			}
		}
		t.Errorf("%s: %d bytes are missing at its end", name, len(want)-len(got))
	}
}

// TestSameBytes: the same report gives the same bytes, in this process and in another.
func TestSameBytes(t *testing.T) {
	sum := func() string {
		var all []string
		for _, lang := range messages.Languages() {
			files := render(t, october{sites: 6, off: "site-04"}.report(t), reports.Unsigned, lang)
			for _, name := range slices.Sorted(maps.Keys(files)) {
				all = append(all, fmt.Sprintf("%s %s %x", lang, name, sha256.Sum256(files[name])))
			}
		}
		return strings.Join(all, "\n")
	}
	first := sum()
	if os.Getenv("CHARTERWATCH_CHILD") != "" {
		fmt.Println("SUMS", strings.ReplaceAll(first, "\n", ";"), "END")
		return
	}
	if second := sum(); first != second {
		t.Errorf("one process, two results:\n%s\n\n%s", first, second)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestSameBytes$", "-test.v")
	cmd.Env = append(os.Environ(), "CHARTERWATCH_CHILD=1", "TZ=America/New_York", "LANG=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
	_, rest, _ := strings.Cut(string(out), "SUMS ")
	child, _, _ := strings.Cut(rest, " END")
	if strings.ReplaceAll(child, ";", "\n") != first {
		t.Errorf("another process, another result:\n%s\n\n%s", first, strings.ReplaceAll(child, ";", "\n"))
	}
}

// TestWithoutFonts: a program built without fonts says so, and makes everything else.
func TestWithoutFonts(t *testing.T) {
	r := small(t)
	if _, err := reports.PDF(r, signing(r, reports.Draft), "ko", reports.Options{}); !errors.Is(err, fonts.ErrMissing) {
		t.Errorf("error is %v", err)
	}
	if _, err := reports.HTML(r, signing(r, reports.Draft), "ko", reports.Options{}); err != nil {
		t.Error(err)
	}
}

// TestOpen: what is signed can be taken out of the file byte for byte, and a change is found.
func TestOpen(t *testing.T) {
	r := october{sites: 3}.report(t)
	b, err := reports.JSON(r, signing(r, reports.Signed), "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, back, err := reports.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	content, err := reports.Canonical(back)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content, d.Content) || d.Digest != reports.Digest(r) || reports.Digest(back) != reports.Digest(r) {
		t.Error("the content read again is not what was written")
	}
	if !bytes.Contains(d.Content, r.Charter.Canonical()) {
		t.Error("the charter's canonical bytes are not in the content")
	}
	for _, change := range [][2]string{{`"verdict":"broken"`, `"verdict":"kept"`}, {"정보시스템부", "다른부"}} {
		altered := bytes.Replace(b, []byte(change[0]), []byte(change[1]), 1)
		if _, _, err := reports.Open(altered); !errors.Is(err, reports.ErrAltered) {
			t.Errorf("%s to %s: error is %v", change[0], change[1], err)
		}
	}
	other := signing(r, reports.Signed)
	other.Digest = strings.Repeat("0", 64)
	unsigned, err := reports.JSON(r, other, "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := reports.Open(unsigned); !errors.Is(err, reports.ErrAltered) {
		t.Errorf("signed was something else: error is %v", err)
	}
}

// TestSigningIsNoContent: signatures change nothing of what they are on.
func TestSigningIsNoContent(t *testing.T) {
	r := small(t)
	var digests []string
	for _, state := range []reports.State{reports.Draft, reports.Signed} {
		b, err := reports.JSON(r, signing(r, state), "ko", reports.Options{})
		if err != nil {
			t.Fatal(err)
		}
		d, _, err := reports.Open(b)
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, d.Digest)
	}
	if digests[0] != digests[1] {
		t.Error("a signature changed the digest")
	}
}

// TestFiveDaysOff: a site that was not watched for five days has a verdict that says so, and its
// coverage instead of a percentage.
func TestFiveDaysOff(t *testing.T) {
	r := october{sites: 6, off: "site-04"}.report(t)
	for lang, want := range map[string][]string{"ko": {"판단불가", "83.87"}, "en": {"Unproven", "83.87"}} {
		b, err := reports.HTML(r, signing(r, reports.Signed), lang, reports.Options{})
		if err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"ko": "전문인력조회", "en": "Licensed professionals"}[lang]
		rows := 0
		for row := range strings.SplitSeq(string(b), "<tr>") {
			row, _, _ = strings.Cut(row, "</tr>")
			if !strings.HasPrefix(row, `<th scope="row">`+name) || !strings.Contains(row, "%") {
				continue
			}
			rows++
			row, _, _ = strings.Cut(row, "<svg")
			text := strings.ReplaceAll(row, "\u00a0", " ")
			if !strings.Contains(strings.ToLower(text), strings.ToLower(want[0])) || !strings.Contains(text, want[1]) {
				t.Errorf("%s: the row lacks %q: %s", lang, want, text)
			}
			text = strings.NewReplacer("95 %", "", "83.87 %", "").Replace(text)
			if strings.Contains(text, "%") {
				t.Errorf("%s: the row claims a percentage: %s", lang, text)
			}
		}
		if rows != 2 {
			t.Errorf("%s: %d rows tell of the site's coverage", lang, rows)
		}
	}
}

// TestJudged: a month that was judged by the rules has words for everything.
func TestJudged(t *testing.T) {
	r := october{sites: 6, off: "site-04"}.report(t)
	var err error
	if r.Month, err = r.Charter.Judge(r.Evidence); err != nil {
		t.Fatal(err)
	}
	for _, lang := range messages.Languages() {
		b, err := reports.HTML(r, signing(r, reports.Signed), lang, reports.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if key := regexp.MustCompile(`report\.(why|method|basis|verdict|change|occasion|case_kind)\.\w+|\{\w+\}`).Find(b); key != nil {
			t.Errorf("%s says %s", lang, key)
		}
		if lang == "ko" && !regexp.MustCompile(`전문인력조회.*판단불가.*83\.87`).Match(b) {
			t.Error("the site that was not watched is not unproven")
		}
	}
}

// TestNothingPersonalIsShown: what people wrote beside the evidence is not for the report's readers.
func TestNothingPersonalIsShown(t *testing.T) {
	const canary = "CANARY-010-1234-5678"
	r := october{sites: 3, off: "site-01"}.report(t)
	for i := range r.Evidence.House {
		r.Evidence.House[i].Why, r.Evidence.House[i].By.Name = canary, canary
	}
	for i := range r.Evidence.Sites {
		h := &r.Evidence.Sites[i].History
		for k := range h.Gaps {
			h.Gaps[k].Detail = canary
		}
		h.Record.Statements = append(h.Record.Statements, compliance.Statement{ID: "x", At: kst(5, 0, 0), Why: canary, Appeal: &compliance.Appeal{Outage: "o", Evidence: canary}})
	}
	for i := range r.Evidence.Pages {
		r.Evidence.Pages[i].Spans[0].Detail = canary
	}
	for i := range r.Month.Clauses {
		for k := range r.Month.Clauses[i].Requires {
			for n := range r.Month.Clauses[i].Requires[k].Occasions {
				r.Month.Clauses[i].Requires[k].Occasions[n].Subject = canary
			}
		}
	}
	files := render(t, r, reports.Signed, "ko")
	shown := map[string]string{"HTML": string(files[reports.NameHTML]), "CSV": string(files[reports.NameCSV]), "XLSX": unzipped(t, files[reports.NameXLSX])}
	for name, text := range shown {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows %s", name, canary)
		}
	}
}

// TestAddendum: what was reported stays visible beside what is now.
func TestAddendum(t *testing.T) {
	r := small(t)
	r.ID = "2026-10+1"
	now, _ := r.Month.Sites[0].Figures.Charter()
	r.Month.Clauses[0].Verdict, r.Month.Clauses[1].Verdict = compliance.Broken, compliance.Kept
	r.Addendum = &reports.Addendum{Of: "2026-10", Digest: strings.Repeat("ef", 32), Why: "이의가 인정됨", Verdicts: map[compliance.Clause]compliance.Verdict{r.Month.Clauses[0].Clause: compliance.Kept, r.Month.Clauses[1].Clause: compliance.Kept},
		Figures: map[string]compliance.Ratio{"site-00": now - 1234}}
	b, err := reports.HTML(r, signing(r, reports.Signed), "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "<caption>보고한 것과 지금의 것</caption>")
	table, _, _ = strings.Cut(table, "</table>")
	if !strings.Contains(table, "365일 운영") || strings.Index(table, "○") > strings.Index(table, "×") || strings.Contains(table, "점검 3일 전 공지") {
		t.Errorf("the table of both is %s", table)
	}
	for _, want := range []string{"2026-10&#43;1", "보고서 2026-10의 추록", "efefefefefef", "이의가 인정됨", "98.727", "99.961"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the addendum does not say %q", want)
		}
	}
}

// TestStates: a report says how far it has come.
func TestStates(t *testing.T) {
	r := small(t)
	for state, want := range map[reports.State]string{reports.Draft: "초안", reports.Review: "초안", reports.Unsigned: "미서명 ·"} {
		b, err := reports.HTML(r, signing(r, state), "ko", reports.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), `<p class="mark">`+want) {
			t.Errorf("%s: no mark %q", state, want)
		}
	}
	b, err := reports.HTML(r, signing(r, reports.Signed), "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"초안", "미서명", "서명 전"} {
		if strings.Contains(string(b), wrong) {
			t.Errorf("a signed report says %q", wrong)
		}
	}
}

// TestWhatIsNeverSaid: a verdict is no finding of law, and what was not found proves nothing.
func TestWhatIsNeverSaid(t *testing.T) {
	c, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for lang, never := range map[string][]string{"ko": {"준수", "위법", "적법", "100% 차단", "100 % 차단", "유출 없음", "무사고입니다"}, "en": {"complian", "lawful", "illegal", "100 %", "no leaks", "leak-free"}} {
		for _, key := range c.Keys(lang) {
			if !strings.HasPrefix(key, "report.") {
				continue
			}
			for _, w := range never {
				if strings.Contains(strings.ToLower(c.Text(lang, key, nil)), w) {
					t.Errorf("%s says %q in %s", key, w, lang)
				}
			}
		}
	}
}
