package notice

import (
	"slices"
	"strings"
)

// addHeaders gives every cell of a table the caption at the head of its column.
func addHeaders(sc *scanner) []item {
	if !strings.ContainsAny(sc.s, "\t|") {
		return sc.items
	}
	var out []item
	var header []label
	for from := 0; from < len(sc.items); {
		to := from
		for to < len(sc.items) && !(sc.items[to].kind == kBreak && sc.items[to].flag&line != 0) {
			to++
		}
		row := sc.items[from:to]
		tabs := 0
		for _, it := range row {
			if it.kind == kTab {
				tabs++
			}
		}
		switch {
		case tabs == 0:
			if len(row) > 0 {
				header = nil
			}
			out = append(out, row...)
		case isHeader(row):
			header = headerOf(sc.s, row)
		default:
			out = append(out, captioned(row, header, tabs)...)
		}
		if to < len(sc.items) {
			out = append(out, sc.items[to])
		}
		from = to + 1
	}
	return out
}

// isHeader says whether a row names columns: it has captions and no date, time or number.
func isHeader(row []item) bool {
	words := false
	for _, it := range row {
		switch it.kind {
		case kWord, kLabel, kOld, kNew:
			words = true
		case kDate, kTime, kAmount, kDur, kNum, kOpen:
			if it.kind == kDate && it.date.rel == fromLast {
				continue
			}
			return false
		}
	}
	return words
}

func headerOf(s string, row []item) []label {
	var out []label
	at := row[0].from
	for _, it := range row {
		if it.kind == kTab {
			out = append(out, classify(strings.TrimSpace(s[at:it.from])))
			at = it.to
		}
	}
	out = append(out, classify(strings.TrimSpace(s[at:row[len(row)-1].to])))
	if !slices.ContainsFunc(out, func(l label) bool { return l != labelOther && l != labelContent }) {
		return nil
	}
	return out
}

// captioned puts captions before the cells of a row. A row with fewer cells than the header
// lacks its first ones: they span several rows.
func captioned(row []item, header []label, tabs int) []item {
	if header == nil {
		return row
	}
	col := max(0, len(header)-tabs-1)
	put := func(out []item, at int) []item {
		if col < len(header) {
			out = append(out, item{kind: kLabel, from: at, to: at, label: header[col]})
		}
		col++
		return out
	}
	out := put(nil, row[0].from)
	for _, it := range row {
		out = append(out, it)
		if it.kind == kTab {
			out = put(out, it.to)
		}
	}
	return out
}
