package notice

// kind is what an item of the lexed text is.
type kind uint8

const (
	kWord       kind = iota // anything without a meaning for time
	kNum                    // a bare number
	kDate                   // 2026-11-28, 11월 28일, 28일, 내일, 다음 주 일요일
	kTime                   // 22:00, 오후 10시, noon
	kMeridiem               // 오전 and the like before a number; the lexer joins it to a time
	kDur                    // 4시간 20분, two hours
	kWeekday                // (토), 토요일, Saturday
	kZone                   // KST, UTC+9
	kRange                  // ~, -, to, until
	kFrom                   // 부터, 에서
	kUntil                  // 까지
	kLead                   // from, starting, between: a range follows
	kOpen                   // 서비스 재개 시, until further notice
	kAllDay                 // 종일, all day
	kEach                   // 각, 매일 between dates and times
	kRecur                  // 매주, every: opens a rule
	kOrdinal                // 셋째 주, first
	kOld                    // 당초, originally: what follows no longer holds
	kNew                    // 변경 후, rescheduled to: what follows holds
	kArrow                  // →: what precedes no longer holds
	kWas                    // 예정되었던: what precedes was the plan
	kAmount                 // a number that counts something else: 3회, 1.5배, a phone number
	kLabel                  // 점검일시:
	kSep                    // a comma, 및, and
	kOpenParen              // (
	kCloseParen             // )
	kTab                    // the border of a table cell
	kBreak                  // the end of a sentence, a bullet, or a line
)

// item is a stretch of the folded text with a meaning.
type item struct {
	kind     kind
	from, to int
	date     dateForm
	clock    clock
	n        int // meaning depends on kind: seconds, weekday, newlines, ...
	lo       int // kDur: the least of "1~2시간", in seconds
	label    label
	flag     uint8
}

// Flags of items.
const (
	dash       uint8 = 1 << iota // kRange: a dash, which may also be mere punctuation
	word                         // kRange: a word, which may also belong to a sentence
	paren                        // kWeekday: in parentheses
	approx                       // kDur: 약, 최대
	plainRange                   // kFrom: 부터, not 에서
	line                         // kBreak: a new line
	dayLed                       // kDur: counts days
	bullet                       // kBreak: a bullet within a line
)

// relation says how a date is counted.
type relation uint8

const (
	written   relation = iota // the parts that are not zero are written out
	fromPost                  // n days after the day of posting
	fromLast                  // n days after the date last spoken of
	weekOf                    // weekday wd of the n-th week after the posting's
	monthOf                   // day d of the n-th month after the posting's
	yearOf                    // month m, day d of the n-th year after the posting's
	nextOnDay                 // the first weekday wd at or after the posting
)

// dateForm is a date as written.
type dateForm struct {
	rel       relation
	y, m, d   int // zero: not written
	n         int
	wd        int  // weekday + 1; zero: none written
	ambiguous bool // 03/04/2026
	month     bool // a whole month: 12월 중
}

// meridiem is the half, or the part, of a day.
type meridiem uint8

const (
	noMer   meridiem = iota
	korAM            // 오전
	korPM            // 오후
	dawn             // 새벽, 아침
	noonish          // 낮
	evening          // 저녁
	night            // 밤
	engAM
	engPM
)

// clock is a time of day as written.
type clock struct {
	mer      meridiem
	h, m, s  int
	midnight bool // 자정, midnight, without a number that settles which
	noon     bool
	twelve   bool // written so that hours cannot be told to be 12 or 24 based: 2시, not 02:00
}

// scanner turns folded text into items. Every byte is looked at a bounded number of times,
// so its work is linear in the text.
type scanner struct {
	s     string
	items []item
	steps int // calls of a rule: the measure of work, for tests
	word  int // start of the running word, or -1
	title int
}

func (sc *scanner) emit(it item) int {
	sc.flush(it.from)
	sc.items = append(sc.items, it)
	return it.to
}

func (sc *scanner) flush(at int) {
	if sc.word >= 0 && sc.word < at {
		sc.items = append(sc.items, item{kind: kWord, from: sc.word, to: at})
	}
	sc.word = -1
}

func lex(f folded) *scanner {
	sc := &scanner{s: f.s, word: -1, title: f.title}
	for i := 0; i < len(sc.s); {
		next := sc.step(i)
		if next <= i {
			next = i + sc.runeLen(i)
		}
		i = next
	}
	sc.flush(len(sc.s))
	return sc
}

// step reads what begins at i, and returns where it ends.
func (sc *scanner) step(i int) int {
	sc.steps++
	c := sc.s[i]
	switch {
	case c == ' ':
		sc.flush(i)
		return i + 1
	case c == '\n':
		return sc.newline(i)
	case c == '\t', c == '|':
		return sc.emit(item{kind: kTab, from: i, to: i + 1})
	case c >= '0' && c <= '9':
		if end := sc.number(i); end > i {
			return end
		}
	case c == '\'':
		if end := sc.shortYear(i); end > i {
			return end
		}
	}
	if end := sc.sign(i); end > i {
		return end
	}
	if sc.wordStart(i) || c >= 0x80 {
		if end := sc.keyword(i); end > i {
			return end
		}
	}
	if sc.word < 0 {
		sc.word = i
	}
	return i + sc.runeLen(i)
}

func (sc *scanner) newline(i int) int {
	n, j := 0, i
	for j < len(sc.s) && (sc.s[j] == '\n' || sc.s[j] == ' ') {
		if sc.s[j] == '\n' {
			n++
		}
		j++
	}
	return sc.emit(item{kind: kBreak, from: i, to: j, n: n, flag: line})
}

// sign reads punctuation.
func (sc *scanner) sign(i int) int {
	rest := sc.s[i:]
	one := func(k kind, n int, flag uint8) int { return sc.emit(item{kind: k, from: i, to: i + n, flag: flag}) }
	switch rest[0] {
	case '~':
		n := 1
		for n < len(rest) && n < 8 && rest[n] == '~' {
			n++
		}
		return one(kRange, n, 0)
	case '-', '=':
		return sc.dashes(i)
	case '.':
		return sc.dots(i)
	case ':':
		return sc.colon(i)
	case ',', '/', '&':
		return one(kSep, 1, 0)
	case ';', '!', '?':
		return one(kBreak, 1, 0)
	case '*', '#':
		return one(kBreak, 1, bullet)
	case '>':
		one(kBreak, 1, bullet)
		return sc.section(i)
	case '(':
		if end := sc.parenWeekday(i); end > i {
			return end
		}
		return one(kOpenParen, 1, 0)
	case '[', '<':
		return one(kOpenParen, 1, 0)
	case ')':
		return one(kCloseParen, 1, 0)
	case ']':
		one(kCloseParen, 1, 0)
		return sc.section(i)
	case '"':
		sc.flush(i)
		return i + 1
	}
	if has(rest, "·") {
		return one(kSep, len("·"), 0)
	}
	if has(rest, "→") {
		return one(kArrow, len("→"), 0)
	}
	if n := bulletLen(rest); n > 0 {
		return one(kBreak, n, bullet)
	}
	return 0
}

// section reads "[점검일시]" or "<문의>" at the beginning of a line as a caption. i is the
// closing bracket, which is the last item.
func (sc *scanner) section(i int) int {
	for n := len(sc.items) - 2; n >= 0 && n >= len(sc.items)-9; n-- {
		it := sc.items[n]
		if it.kind == kBreak || it.kind == kLabel && it.to < i {
			break
		}
		if it.kind != kOpenParen {
			continue
		}
		if n > 0 && sc.items[n-1].kind != kBreak {
			break
		}
		if l := classify(sc.s[it.to:i]); l != labelOther && l != labelContent {
			return sc.emit(item{kind: kLabel, from: i, to: i + 1, label: l})
		}
		break
	}
	return i + 1
}

func (sc *scanner) dashes(i int) int {
	j := i
	for j < len(sc.s) && j < i+64 && (sc.s[j] == '-' || sc.s[j] == '=') {
		j++
	}
	if j < len(sc.s) && sc.s[j] == '>' {
		return sc.emit(item{kind: kArrow, from: i, to: j + 1})
	}
	if sc.s[i] == '=' || j-i > 3 { // a rule across the page
		return sc.emit(item{kind: kBreak, from: i, to: j, flag: bullet})
	}
	return sc.emit(item{kind: kRange, from: i, to: j, flag: dash})
}

func (sc *scanner) dots(i int) int {
	j := i
	for j < len(sc.s) && j < i+16 && sc.s[j] == '.' {
		j++
	}
	if j-i > 1 {
		return sc.emit(item{kind: kRange, from: i, to: j, flag: dash})
	}
	if j == len(sc.s) || sc.s[j] == ' ' || sc.s[j] == '\n' || sc.s[j] == '\t' || sc.s[j] == ')' {
		return sc.emit(item{kind: kBreak, from: i, to: j})
	}
	if sc.s[j] >= 0x80 && i > 0 && sc.s[i-1] >= 0x80 { // "합니다.감사합니다"
		return sc.emit(item{kind: kBreak, from: i, to: j})
	}
	sc.flush(i)
	return j
}

// parenWeekday reads "(토)", "(토요일)", "(土)", and the "(토" of "(토, 22:00)".
func (sc *scanner) parenWeekday(i int) int {
	j := sc.blanks(i + 1)
	wd, n := weekdayRune(sc.s[j:])
	if n == 0 {
		if w, m := englishWeekday(sc.s[j:]); m > 0 && j+m < len(sc.s) && sc.s[j+m] == ')' {
			return sc.emit(item{kind: kWeekday, from: i, to: j + m + 1, n: w, flag: paren})
		}
		return 0
	}
	j += n
	if has(sc.s[j:], "요일") {
		j += len("요일")
	}
	k := sc.blanks(j)
	switch {
	case k < len(sc.s) && sc.s[k] == ')':
		return sc.emit(item{kind: kWeekday, from: i, to: k + 1, n: wd, flag: paren})
	case k < len(sc.s) && (sc.s[k] == ',' || sc.s[k] == '/' || k > j && isDigit(sc.s[k])):
		sc.emit(item{kind: kOpenParen, from: i, to: i + 1})
		return sc.emit(item{kind: kWeekday, from: i + 1, to: j, n: wd, flag: paren})
	}
	return 0
}

func bulletLen(s string) int {
	for _, b := range []string{"○", "◯", "●", "■", "□", "◆", "◇", "▪", "▫", "※", "★", "☆", "▶", "►", "▷", "❍", "❏", "◎", "◈", "▣", "☞", "✓", "✔", "◦", "⦁", "◾", "◼", "🔹", "🔸", "📌", "✅", "⚠", "➤", "❖", "│", "\u110b ", "\u1106 ", "о "} {
		if has(s, b) {
			return len(b)
		}
	}
	return 0
}
