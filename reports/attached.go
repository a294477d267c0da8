package reports

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// ErrNoReport says that a PDF holds no report's data.
var ErrNoReport = errors.New("the PDF holds no report's data")

// maxAttached bounds a report's data when it is unpacked, in bytes.
const maxAttached = 256 << 20

var (
	fileSpec   = regexp.MustCompile(`/EF <<\s*/F (\d+) 0 R[^>]*>>\s*/F \(report\.json\)`)
	streamSize = regexp.MustCompile(`/Length (\d+)\s`)
)

// FromPDF takes the JSON file out of a report's PDF, as [PDF] attached it (ISO 32000-2, 7.11.4). It
// reads what this program writes, and no other PDF: a file that was saved anew by another program
// may not be read.
func FromPDF(pdf []byte) ([]byte, error) {
	m := fileSpec.FindSubmatch(pdf)
	if m == nil {
		return nil, ErrNoReport
	}
	begin := bytes.Index(pdf, []byte("\n"+string(m[1])+" 0 obj\n"))
	if begin < 0 {
		return nil, ErrNoReport
	}
	object := pdf[begin:]
	at := bytes.Index(object, []byte("stream\n"))
	if at < 0 {
		return nil, ErrNoReport
	}
	size := streamSize.FindSubmatch(object[:at])
	if size == nil {
		return nil, ErrNoReport
	}
	n, err := strconv.Atoi(string(size[1]))
	if at += len("stream\n"); err != nil || n > len(object)-at {
		return nil, ErrNoReport
	}
	z, err := zlib.NewReader(bytes.NewReader(object[at : at+n]))
	if err != nil {
		return nil, fmt.Errorf("unpack the report's data: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(z, maxAttached+1))
	if err != nil {
		return nil, fmt.Errorf("unpack the report's data: %w", err)
	}
	if len(b) > maxAttached {
		return nil, fmt.Errorf("unpack the report's data: it is longer than %d bytes", maxAttached)
	}
	return b, nil
}
