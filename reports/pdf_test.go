package reports_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/charterwatch/charterwatch/internal/needs"
	"github.com/charterwatch/charterwatch/reports"
)

// poppler runs a tool of Poppler on a PDF.
func poppler(t *testing.T, pdf []byte, tool string, args ...string) string {
	t.Helper()
	path := needs.Tool(t, "apt-get install poppler-utils", tool)
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "FILE", file)
	}
	var out, problems bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil || problems.Len() > 0 {
		t.Fatalf("%s: %v %s", tool, err, problems.String())
	}
	return out.String()
}

// TestTextOfThePDF: Korean and English can be read out of it, in order; every page says which
// report it is of and how it stands; nothing is missing from the typeface.
func TestTextOfThePDF(t *testing.T) {
	r := october{sites: 6, off: "site-04"}.report(t)
	for lang, want := range map[string][]string{
		"ko": {"고객만족헌장 이행 보고서", "김작성", "약속 미이행(관측 기준)", "점검 3일 전 공지", "기한 2026-10-14 01:00", "조항별 판단", "날짜별 운영", "점검 대장", "데이터베이스 정기 점검", "복구 예정 안내", "알려진 사고 0건(출처 2/3)", "총무부장 최확인",
			"데이터 공백", "동작하지", "charterwatch verify report.json --recompute", "mock.example/log", "정기 점검시간은 3일 이전에 해당 웹사이트를 통해서 알려드리겠습니다"},
		"en": {"Report on the Customer Charter", "Promises not kept (as observed)", "Scorecard", "Day by day", "Maintenance", "Data gaps", "Monitor was not", "정기 점검시간은 3일 이전에 해당 웹사이트를 통해서 알려드리겠습니다"},
	} {
		pdf := render(t, r, reports.Unsigned, lang)[reports.NamePDF]
		text := poppler(t, pdf, "pdftotext", "FILE", "-")
		flat := strings.Join(strings.Fields(text), " ")
		at := 0
		for _, w := range want {
			i := strings.Index(flat[at:], w)
			if i < 0 {
				t.Fatalf("%s: %q is not there, or out of order", lang, w)
			}
			at += i
		}
		if strings.Contains(text, "□") {
			t.Errorf("%s: something is missing from the typeface", lang)
		}
		pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
		for i, p := range pages {
			for _, w := range []string{reports.Digest(r)[:12], fmt.Sprintf("%d / %d", i+1, len(pages)), map[string]string{"ko": "미서명", "en": "UNSIGNED"}[lang], map[string]string{"ko": "시연용 모의 데이터", "en": "Simulated data"}[lang]} {
				if !strings.Contains(p, w) {
					t.Errorf("%s: page %d does not say %q", lang, i+1, w)
				}
			}
		}
	}
}

// TestPartsOfThePDF: fonts are embedded and cut down, the structure is tagged, attachments are
// what they say.
func TestPartsOfThePDF(t *testing.T) {
	r := october{sites: 6}.report(t)
	pdf := render(t, r, reports.Signed, "ko")[reports.NamePDF]
	fonts := strings.Split(strings.TrimSpace(poppler(t, pdf, "pdffonts", "FILE")), "\n")[2:]
	for _, f := range fonts {
		if !regexp.MustCompile(`^\w{6}\+Pretendard-(Regular|Bold) .* yes yes yes `).MatchString(f) {
			t.Errorf("font: %s", f)
		}
	}
	info := poppler(t, pdf, "pdfinfo", "FILE")
	for _, want := range []string{`Tagged: +yes`, `Title: +고객만족헌장 이행 보고서 · 2026년 10월`, `Author: +한국모의협회`, `Page size: +595\.28 x 841\.89 pts \(A4\)`, `JavaScript: +no`} {
		if !regexp.MustCompile(want).MatchString(info) {
			t.Errorf("pdfinfo does not say %s:\n%s", want, info)
		}
	}
	tags := poppler(t, pdf, "pdfinfo", "-struct", "FILE")
	for _, want := range []string{"H1", "H2", "H3", "Table", "THead", "TH", "TD", "BlockQuote", "/Scope /Column", "/Scope /Row"} {
		if !strings.Contains(tags, want) {
			t.Errorf("no tag %s", want)
		}
	}
	for _, want := range []string{"/StructTreeRoot", "/MarkInfo", "/Lang (ko)", "<pdfaid:part>3<", "<pdfaid:conformance>B<", "<pdfuaid:part>1<", "/GTS_PDFA1", "/Outlines", "<xmp:CreateDate>2026-11-02T00:00:00Z<", "/AFRelationship /Data ", "/AFRelationship /Supplement "} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("the PDF lacks %s", want)
		}
	}
	if bytes.Contains(pdf, []byte("/AFRelationship /Alternative")) {
		t.Error("an attachment is called an alternative of the report")
	}
	dir := t.TempDir()
	poppler(t, pdf, "pdfdetach", "-saveall", "-o", dir, "FILE")
	for _, a := range options(t).Attachments {
		if got, err := os.ReadFile(filepath.Join(dir, a.Name)); err != nil || !bytes.Equal(got, a.Data) {
			t.Errorf("attachment %s: %q, %v", a.Name, got, err)
		}
	}
}

// TestJob: another process, told by a job, makes the same PDF; and several at a time do not
// disturb each other.
func TestJob(t *testing.T) {
	set := typeface(t)
	r := small(t)
	want, err := reports.PDF(r, signing(r, reports.Signed), "ko", options(t))
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var b bytes.Buffer
			if err := (reports.Job{Report: r, Signing: signing(r, reports.Signed), Lang: "ko", Attachments: options(t).Attachments}).Write(&b); err != nil {
				t.Error(err)
			}
			job, err := reports.ReadJob(&b)
			if err != nil {
				t.Error(err)
			}
			if got, err := job.PDF(set); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the job's PDF is another: %v", err)
			}
		})
	}
	group.Wait()
}

// TestLongWords: a word without spaces stays in its column.
func TestLongWords(t *testing.T) {
	r := small(t)
	r.Evidence.Attestations[0].Attestation.Proof.Name = strings.Repeat("proof-of-something_", 6) + "end.pdf"
	r.Evidence.Attestations[1].Attestation.Proof.Name = strings.Repeat("가나다라마", 12) + ".pdf"
	pdf := render(t, r, reports.Signed, "ko")[reports.NamePDF]
	boxes := poppler(t, pdf, "pdftotext", "-bbox", "FILE", "-")
	found := 0
	for _, m := range regexp.MustCompile(`xMax="([\d.]+)"[^>]*>([^<]*)<`).FindAllStringSubmatch(boxes, -1) {
		var right float64
		if _, err := fmt.Sscan(m[1], &right); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m[2], "something") || strings.Contains(m[2], "가나다라마") {
			found++
		}
		if right > 595.28-45.36+2 { // the page less its margin
			t.Errorf("%q reaches to %s points", m[2], m[1])
		}
	}
	if found < 6 {
		t.Errorf("only %d parts of the long words were found", found)
	}
}

// TestUnknownCharacters: what the typeface lacks is a box, not nothing, and not another letter.
func TestUnknownCharacters(t *testing.T) {
	r := small(t)
	r.Evidence.Sites[0].Name.KO = "漢字와 \u200bemoji 😀"
	pdf := render(t, r, reports.Signed, "ko")[reports.NamePDF]
	text := poppler(t, pdf, "pdftotext", "FILE", "-")
	if !strings.Contains(text, "□□와 emoji □") {
		i := strings.Index(text, "emoji")
		t.Errorf("the site is called %q", text[max(i-30, 0):min(i+30, len(text))])
	}
}

// BenchmarkPDF sets a month of 20 sites with 100 checks and 39 clauses.
func BenchmarkPDF(b *testing.B) {
	r := october{sites: 20, off: "site-04"}.report(b)
	o, s := options(b), signing(r, reports.Signed)
	size := 0
	for b.Loop() {
		pdf, err := reports.PDF(r, s, "ko", o)
		if err != nil {
			b.Fatal(err)
		}
		size = len(pdf)
	}
	b.ReportMetric(float64(size), "bytes")
	b.ReportMetric(peak(b), "MB-peak-RSS")
}

// BenchmarkRender makes all formats of the same month.
func BenchmarkRender(b *testing.B) {
	r := october{sites: 20, off: "site-04"}.report(b)
	for b.Loop() {
		render(b, r, reports.Signed, "ko")
	}
	b.ReportMetric(peak(b), "MB-peak-RSS")
}

// peak is the most memory that the process has held, in MB.
func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0 // only Linux tells
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}
