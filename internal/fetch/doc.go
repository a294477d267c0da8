// Package fetch holds what every part that reads foreign web pages shares: text in
// whatever charset it came ([Decode]), bodies of bounded length ([ReadBody]), the name
// under which charterwatch shows itself ([UserAgent]), and redaction of what must not be
// kept ([RedactURL], [RedactHeaders], [Scrubber]), and a [Client] that can be pointed at pages
// whose links and redirects nobody has vetted.
//
// Only a Client opens connections. The package logs nothing and imports nothing of ours.
package fetch
