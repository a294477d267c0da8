// Package fetch holds what every part that reads foreign web pages shares: text in
// whatever charset it came ([Decode]), bodies of bounded length ([ReadBody]), the name
// under which charterwatch shows itself ([UserAgent]), and redaction of what must not be
// kept ([RedactURL], [RedactHeaders], [Scrubber]).
//
// It opens no connection, logs nothing and imports nothing of ours.
package fetch
