package fonts

import (
	"errors"
	"testing"
	"testing/fstest"
)

// TestFrom: half a typeface is none.
func TestFrom(t *testing.T) {
	folder := fstest.MapFS{"files/Pretendard-Regular.ttf": {Data: []byte("regular")}}
	if s, err := From(folder); !errors.Is(err, ErrMissing) || s.Regular != nil {
		t.Errorf("without the bold: %v", err)
	}
	folder["files/Pretendard-Bold.ttf"] = &fstest.MapFile{Data: []byte("bold")}
	if s, err := From(folder); err != nil || string(s.Regular) != "regular" || string(s.Bold) != "bold" {
		t.Errorf("with both: %v", err)
	}
}
