package reports_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/fonts"
)

// TestLook writes reports into a folder, for people to look at.
func TestLook(t *testing.T) {
	dir := os.Getenv("CHARTERWATCH_LOOK")
	if dir == "" {
		t.Skip("set CHARTERWATCH_LOOK to a folder")
	}
	set, err := fonts.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := october{sites: 20, off: "site-04"}.report(t)
	for _, lang := range []string{"ko", "en"} {
		start := time.Now()
		o := reports.Options{Fonts: set, Attachments: []reports.Attachment{{Name: "evidence.json", MIME: "application/json", Description: "증거", Data: []byte(`{"a":1}`)}, {Name: "proofs.txt", MIME: "text/plain", Description: "proofs", Relation: reports.RelationSupplement, Data: []byte("proof")}}}
		files, err := reports.Render(r, signing(r, reports.Unsigned), lang, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(lang, time.Since(start))
		for name, b := range files {
			t.Log(name, len(b))
			if err := os.WriteFile(filepath.Join(dir, lang+"-"+name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
