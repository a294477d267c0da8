package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// FileRecipient appends checkpoints to a file, each followed by an empty line: one on another
// machine's disk, or on paper, is out of reach of whoever holds the store.
type FileRecipient struct{ Path string }

// Name implements [Recipient].
func (f FileRecipient) Name() string { return "file " + f.Path }

// Send implements [Recipient]. The file is flushed.
func (f FileRecipient) Send(_ context.Context, signed []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o700); err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	file, err := os.OpenFile(f.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	text := append(bytes.Clone(signed), '\n')
	// A write that was cut off by a crash must not swallow the next checkpoint.
	if whole, err := endsWhole(file); err == nil && !whole {
		text = append([]byte("\n\n"), text...)
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	return nil
}

// endsWhole says whether a file is empty or ends with an empty line.
func endsWhole(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return true, err
	}
	var end [2]byte
	_, err = f.ReadAt(end[:], max(info.Size()-2, 0))
	return string(end[:]) == "\n\n", err
}

// Webhook posts checkpoints to an address, as text/plain; any 2xx answer takes them.
type Webhook struct {
	URL    string // may hold a credential
	Client *http.Client
}

// Name implements [Recipient]. It is the host alone: paths and queries may hold credentials.
func (w Webhook) Name() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return "webhook"
	}
	return "webhook " + u.Host
}

// Send implements [Recipient].
func (w Webhook) Send(ctx context.Context, signed []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(signed))
	if err != nil {
		return fmt.Errorf("%s: not an address", w.Name())
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	client := w.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err // without the address
		}
		return fmt.Errorf("%s: %w", w.Name(), err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // so that the connection can be used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s: status %d", w.Name(), res.StatusCode)
	}
	return nil
}

// Mail sends checkpoints by mail.
type Mail struct {
	To  string // address
	Via func(ctx context.Context, to, subject, text string) error
}

// Name implements [Recipient].
func (m Mail) Name() string { return "mail " + m.To }

// Send implements [Recipient].
func (m Mail) Send(ctx context.Context, signed []byte) error {
	c, err := Peek(signed)
	if err != nil {
		return err
	}
	if err := m.Via(ctx, m.To, fmt.Sprintf("Checkpoint %s %d", c.Origin, c.Size), string(signed)); err != nil {
		return fmt.Errorf("%s: %w", m.Name(), err)
	}
	return nil
}
