// Package notice reads maintenance and outage notices, Korean and English: text in, what it
// announces out. It is pure: the day of posting comes in with the text.
//
//	r := notice.Read(notice.Text{
//		Title:  "전산시스템 정기점검에 따른 서비스 일시 중단 안내",
//		Body:   "중단일시: 11월 28일(토) 22:00 ~ 11월 29일(일) 02:00 (4시간)",
//		Posted: time.Date(2026, 11, 20, 0, 0, 0, 0, seoul),
//	})
//	// r.Windows: 2026-11-28T22:00+09:00 to 2026-11-29T02:00+09:00, confidence 1
//
// # From text to windows
//
// [Read] works in stages, each linear in the length of the text. fold spells everything one
// way (NFKC, one tilde, one dash, nothing invisible) and remembers where each byte came
// from. lex finds items: dates, times, durations, zones, ranges, captions, and words such as
// 부터 or 당초. walk joins them to segments under the caption that they stand beneath. resolve
// gives dates their year, times their date, and windows their zone. pick chooses: a captioned
// stop beats captioned work, both beat prose, the body beats the title.
//
// # What cannot be known is said
//
// A weekday in parentheses and a stated duration are checksums. A reading that contradicts
// one is never silently mended: it keeps what was written and gets a [Problem]. So does
// whatever has two meanings (자정, 오전 12시, 03/04/2026) unless the duration, a "(24시)" or
// the order of start and end settles it. Problems cost confidence, and a [Reading] that
// NeedsReview excuses nothing until a person has looked. An open end always needs a person.
//
// The year of 11월 28일 comes from the day of posting: the nearest such day at or after it,
// or shortly before. The month of a bare 28일 likewise.
//
// # Kinds and states
//
// The head of the title decides the [Kind]; a title that says nothing leaves it to the body.
// In a cancelled notice, Windows are those that will not take place; in a completed one,
// those that did. When a window was moved or prolonged, Replaced has the old one. Windows of
// an [Outage] are only ranges that the notice itself gives; [Reading.ETA] is when it expects
// recovery. An ETA such as "within two hours" counts from Posted when that is an instant; at
// midnight it is taken for a day without a time.
//
// # The way back
//
// [Suggest] writes notices that nobody can misread, [Lint] says what a reader will understand
// of a draft, and [Similar] links posts about the same work.
package notice
