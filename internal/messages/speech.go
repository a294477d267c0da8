package messages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// Speech says messages in one language. It may be used concurrently.
type Speech struct {
	c    *Catalogue
	lang string
}

// In speaks a language of [Languages], from the texts built into the program.
func In(lang string) Speech { return Speech{built(), lang} }

// Lang is the language spoken.
func (s Speech) Lang() string { return s.lang }

// Has says whether there is a text for key.
func (s Speech) Has(key string) bool { return s.c.Has(s.lang, key) }

// Sayer is what can be said in any language. Each argument of a message that is one is
// said in the message's language.
type Sayer interface{ In(Speech) string }

// Message is something to tell people, before it is put into a language: the key of a
// text, and the names and values of what fills its placeholders.
//
// It is an error as well; the argument named err, if there is one, is what it wraps.
type Message struct {
	Key  string
	Args []any // name, value, name, value, ...
}

// New makes a message. args are names and values in turn, as slog has them. A test
// demands that the key is a literal that both catalogues have, and that the names are
// those of its placeholders.
func New(key string, args ...any) Message { return Message{key, args} }

// Named makes the message of a member of a closed set, such as reason.timeout. The set
// is a literal; another test must show that all its names have texts.
func Named(set, name string, args ...any) Message { return Message{set + "." + name, args} }

// In says the message.
func (m Message) In(s Speech) string { return s.Say(m) }

// Error says the message in English, for logs.
func (m Message) Error() string { return In("en").Say(m) }

// Unwrap returns the argument named err.
func (m Message) Unwrap() error {
	v, _ := m.arg("err")
	err, _ := v.(error)
	return err
}

func (m Message) arg(name string) (any, bool) {
	for i := 0; i+1 < len(m.Args); i += 2 {
		if m.Args[i] == name {
			return m.Args[i+1], true
		}
	}
	return nil, false
}

// Say puts a message into words.
func (s Speech) Say(m Message) string {
	return s.c.say(s.lang, m.Key, func(name string) (string, bool) {
		v, ok := m.arg(name)
		return s.value(v), ok
	})
}

func (s Speech) value(v any) string {
	switch v := v.(type) {
	case Sayer:
		return v.In(s)
	case error: // what holds it says that something failed
		if said, ok := s.known(v); ok {
			return said
		}
		return v.Error()
	case []string:
		return strings.Join(v, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// Err puts an error into words: in full if it can be said, by what it means where the
// operating system's usual refusals are behind it, and as it stands otherwise.
func (s Speech) Err(err error) string {
	if said, ok := s.known(err); ok {
		return said
	}
	return s.Say(New("error.other", "err", plain{err}))
}

// known says an error that there are words for.
func (s Speech) known(err error) (string, bool) {
	if say, ok := err.(Sayer); ok { // asserted, not errors.As: what wraps it has something to say, too
		return say.In(s), true
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok { // as above
		var lines []string
		for _, e := range many.Unwrap() {
			lines = append(lines, s.Err(e))
		}
		return strings.Join(lines, "\n"), true
	}
	for _, known := range []struct {
		err error
		m   Message
	}{
		{fs.ErrNotExist, New("error.not_exist", "err", plain{err})},
		{fs.ErrExist, New("error.exist", "err", plain{err})},
		{fs.ErrPermission, New("error.permission", "err", plain{err})},
		{syscall.EADDRINUSE, New("error.address_in_use", "err", plain{err})},
		{syscall.EADDRNOTAVAIL, New("error.address_not_here", "err", plain{err})},
		{syscall.ENOSPC, New("error.no_space", "err", plain{err})},
		{context.DeadlineExceeded, New("error.deadline", "err", plain{err})},
	} {
		if errors.Is(err, known.err) {
			return s.Say(known.m), true
		}
	}
	return "", false
}

// plain is an error that is quoted and not said: the original beside its meaning.
type plain struct{ err error }

func (p plain) In(Speech) string { return p.err.Error() }
