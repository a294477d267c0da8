package fetch

import "io"

// ReadBody appends what r holds to buf, at most limit bytes of it, and returns the
// extended buffer and whether r held more. Pass a buffer with capacity to avoid
// allocation; it may be nil. An error of r other than io.EOF is returned together with
// what came before it.
func ReadBody(r io.Reader, limit int, buf []byte) (body []byte, cut bool, err error) {
	start := len(buf)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		room := buf[len(buf):cap(buf)]
		// One byte past the limit is asked for, because only it tells a body that just fits
		// from one that goes on.
		if left := limit - (len(buf) - start) + 1; len(room) > left {
			room = room[:left]
		}
		n, err := r.Read(room)
		buf = buf[:len(buf)+n]
		if len(buf)-start > limit {
			return buf[:start+limit], true, nil
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return buf, false, err
		}
	}
}
