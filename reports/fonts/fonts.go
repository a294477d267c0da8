// Package fonts holds the typeface that reports are set in: Pretendard, under the SIL Open Font
// License. Its files are no part of the sources: "make fonts" copies them from the npm package
// that dashboard/web names, and the program carries those that were here when it was built.
package fonts

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed all:files
var files embed.FS

// ErrMissing says that the program was built without the typeface.
var ErrMissing = errors.New(`built without the report's fonts: run "make fonts" and build again`)

// Set is a typeface in TrueType outlines. The zero value is none.
type Set struct {
	Regular, Bold []byte
}

// Load returns the typeface that the program was built with. The error wraps [ErrMissing] if it
// was built without.
func Load() (Set, error) { return From(files) }

// From reads the typeface from a folder that holds files/Pretendard-Regular.ttf and
// files/Pretendard-Bold.ttf. The error wraps [ErrMissing] if either is not there.
func From(folder fs.FS) (s Set, err error) {
	for name, to := range map[string]*[]byte{"Regular": &s.Regular, "Bold": &s.Bold} {
		*to, err = fs.ReadFile(folder, "files/Pretendard-"+name+".ttf")
		if errors.Is(err, fs.ErrNotExist) {
			return Set{}, fmt.Errorf("load fonts: %w", ErrMissing)
		} else if err != nil {
			return Set{}, fmt.Errorf("load fonts: %w", err)
		}
	}
	return s, nil
}

// License is the text under which the typeface may be passed on, empty if the program was built
// without it.
func License() string {
	b, _ := fs.ReadFile(files, "files/LICENSE.txt")
	return string(b)
}
