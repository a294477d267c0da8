package scanners

import (
	"sort"
	"strings"
)

// Mask replaces what may be personal data by asterisks, one for each digit or letter, and says
// how many pieces it masked. Separators stay, and so does everything else, byte for byte.
//
// It is the gate before evidence is kept, not a detector: it decides by shape and by words nearby, has no
// notion of confidence and reports no findings. It masks
//
//   - resident and foreigner registration numbers: a valid date and seven digits, with or without
//     a separator. The checksum is not asked: since October 2020 numbers are given without one.
//   - mobile phone numbers (010, 011, 016-019), also behind +82
//   - payment cards: 14 to 16 digits grouped as cards are, a plausible issuer, and Luhn (ISO/IEC 7812-1)
//   - driver's licences: region, year, six digits and two
//   - passports, with a word about passports nearby
//   - bank accounts of 10 to 14 digits, with a word about accounts or a bank's name nearby
//   - the local part of e-mail addresses
//
// It leaves dates, times and windows alone, for a notice is worth nothing without them; and landline
// and representative numbers (02, 031, 070, 1588) and the numbers of companies (법인등록번호,
// 사업자등록번호), which are public. Names, addresses and health data have no shape and are not found.
//
// Text may be plain or HTML: full-width digits, the dashes and spaces of Unicode, zero-width
// characters, character references (&#45; &nbsp;) and the escapes of URLs and scripts (%2D, \u002d) count
// as what they stand for. Digits that tags
// split (<b>880101</b>-1234567) are not found in HTML: extract the text first.
//
// It takes time linear in the length of text.
func Mask(text string) (string, int) {
	cuts, n := findNumbers(text)
	mails, m := findMails(text)
	if n+m == 0 {
		return text, 0
	}
	cuts = append(cuts, mails...)
	sort.Slice(cuts, func(i, j int) bool { return cuts[i].from < cuts[j].from })
	var b strings.Builder
	at := 0
	for _, c := range cuts {
		if c.from < at {
			continue // a number in the local part of an address
		}
		b.WriteString(text[at:c.from])
		b.WriteByte('*')
		at = c.to
	}
	b.WriteString(text[at:])
	return b.String(), n + m
}

// cut is a character to mask: text[from:to].
type cut struct{ from, to int }

// digit is one digit of a run, where it stands and what it is.
type digit struct {
	cut
	value byte // '0' to '9'
}

// group is digits without anything visible between them.
type group struct {
	digits []digit
	dashed bool // a dash stands before it
	spaced bool // something other than one dash or dot does
}

func (g group) String() string {
	b := make([]byte, len(g.digits))
	for i, d := range g.digits {
		b[i] = d.value
	}
	return string(b)
}

// run is groups of digits with short separators between them, as "010-1234-5678".
type run struct {
	groups []group
	digits int
	to     int
}

// shortest is how many digits a personal number has at least.
const shortest = 10

// What bounds the memory that a run takes. A run of maxGroups is read on from its last few groups,
// so that a number across the border is seen; no number has more groups than overlap, nor
// a group of more than maxDigits.
const (
	maxGroups = 4096
	overlap   = 8
	maxDigits = 32
)

// maxSeparator is how many characters may stand between two groups: " - ".
const maxSeparator = 3

// findNumbers finds the digits of all numbers that are personal, and how many numbers.
func findNumbers(text string) (cuts []cut, n int) {
	var whole run // used over and over
	for i := 0; i < len(text); {
		c := text[i]
		if c < '0' && c != '&' && c != '%' || c > '9' && c < 0x80 && c != '\\' && !passportLetter(c) {
			i++ // nothing that begins a number
			continue
		}
		r, size := symbol(text, i)
		switch {
		case isDigit(r):
			whole.read(text, i)
			found, k := whole.personal(text)
			cuts, n = append(cuts, found...), n+k
			i = whole.to
			if len(whole.groups) == maxGroups {
				i = whole.groups[maxGroups-overlap].digits[0].from
			}
		case passportLetter(byte(r)) && r < 0x80:
			if found := passport(text, i, size); found != nil {
				cuts, n = append(cuts, found...), n+1
				i = found[len(found)-1].to
				continue
			}
			i += size
		default:
			i += size
		}
	}
	return cuts, n
}

// begin begins a group, in the memory of an earlier run's if there is any.
func (r *run) begin() *group {
	if n := len(r.groups); n < cap(r.groups) {
		r.groups = r.groups[:n+1]
		r.groups[n] = group{digits: r.groups[n].digits[:0]}
	} else {
		r.groups = append(r.groups, group{})
	}
	return &r.groups[len(r.groups)-1]
}

// read reads the run that begins with the digit at i. It ends behind its last digit.
func (r *run) read(text string, i int) {
	r.groups, r.digits = r.groups[:0], 0
	g := r.begin()
	separators, dashes, others := 0, 0, 0
	for i < len(text) {
		c, size := symbol(text, i)
		switch {
		case isDigit(c):
			if separators > 0 {
				if len(r.groups) == maxGroups {
					return
				}
				g = r.begin()
				g.dashed, g.spaced = dashes == 1, others > 0 || dashes > 1
				separators, dashes, others = 0, 0, 0
			}
			r.digits++
			if len(g.digits) < maxDigits {
				g.digits = append(g.digits, digit{cut{i, i + size}, byte(c)})
			}
			r.to = i + size
		case zeroWidth(c):
		case c == '-':
			separators++
			dashes++
		case c == ' ' || c == '.' || c == '·' || c == ')' || c == '+': // a plus is a space in URLs
			separators++
			if c != '.' {
				others++
			}
		default:
			return
		}
		if separators > maxSeparator {
			return
		}
		i += size
	}
}

// personal finds the personal numbers among a run's groups: the first shape that fits at a
// group wins, then the search goes on behind it.
func (r *run) personal(text string) (cuts []cut, n int) {
	if r.digits < shortest {
		return nil, 0
	}
	for i := 0; i < len(r.groups); {
		took := window{text: text, groups: r.groups[i:], begins: i == 0}.personal()
		if took == 0 {
			i++
			continue
		}
		for _, g := range r.groups[i : i+took] {
			for _, d := range g.digits {
				cuts = append(cuts, d.cut)
			}
		}
		n++
		i += took
	}
	return cuts, n
}

// findMails finds the local parts of e-mail addresses (RFC 5321, 4.1.2, as they are written in
// practice) and how many there are. The domain stays: it says whose address it was.
func findMails(text string) (cuts []cut, n int) {
	if !strings.ContainsAny(text, "@＠&%\\") {
		return nil, 0
	}
	var local []cut
	for i := 0; i < len(text); {
		r, size := symbol(text, i)
		switch {
		case r == '@' && len(local) > 0 && len(local) <= 64 && mailDomain(text, i+size):
			cuts, n = append(cuts, local...), n+1
			local = local[:0]
		case r < 0x80 && (isDigit(r) || isLetter(byte(r)) || strings.ContainsRune("._%+-", r)):
			if len(local) <= 64 {
				local = append(local, cut{i, i + size})
			}
		default:
			local = local[:0]
		}
		i += size
	}
	return cuts, n
}

// mailDomain reports whether a host name with a top-level domain begins at i. Names of files such as
// logo@2x.png are none.
func mailDomain(text string, i int) bool {
	var label []byte
	dots := 0
	for n := 0; i < len(text) && n < 254; n++ {
		r, size := symbol(text, i)
		switch {
		case r == '.':
			if len(label) == 0 {
				return false
			}
			dots++
			label = label[:0]
		case r < 0x80 && (isDigit(r) || isLetter(byte(r)) || r == '-'):
			label = append(label, byte(r)|0x20)
		default:
			n = 254
		}
		i += size
	}
	if len(label) == 0 { // a full stop behind the address: the label before it counted
		return dots > 1
	}
	if dots == 0 || len(label) < 2 || !isLetter(label[0]) {
		return false
	}
	switch string(label) {
	case "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "css", "js", "mjs", "html":
		return false
	}
	return true
}
