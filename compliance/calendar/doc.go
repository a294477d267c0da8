// Package calendar knows which days are business days in Korea, and when a promise that is
// counted in days falls due. It is pure: time comes in with the values, nothing here reads
// a clock or a file.
//
// # Days
//
// A [Date] is a day without a zone. [DateOf] finds the day on which an instant falls in a
// zone, [Date.Start] the instant with which a day begins there. Days are not 24 hours where
// clocks are put forward; nothing here assumes it.
//
// # Holidays are data
//
// Public holidays are listed, not computed: lunar libraries put Seollal on the wrong day in
// 2027, and temporary holidays are decided weeks ahead. The table is embedded
// ([Calendar.Version] names it); holidays.txt says where it is from. Every holiday has a date
// since which it was known: [Calendar.AsOf] is the calendar as it stood on a day, so that the
// past is judged by what could be known then.
//
// An organisation adds what the program does not know yet in an override file, one line a
// day ([ParseOverrides] is its manual):
//
//	date,action,name ko,name en,known since,source
//	2026-12-24,add,임시공휴일,Temporary holiday,2026-12-01,국무회의 2026-12-01
//	2027-05-01,remove,,,2027-01-15,관보 제20000호
//	2028-12-31,complete,,,2027-06-30,2028년 월력요항
//
// [Config.Closures] are the organisation's own days off; they count as holidays do.
//
// # The table ends
//
// Beyond the table nothing is known. [Calendar.Business] then says so with its second
// result, and whatever counts days returns an [UncoveredError]: a day is never taken for a
// business day because nobody has listed its holiday. [Calendar.Alarm] is due six months
// before the end. A line with the action complete moves the end.
//
// # Deadlines
//
// [Calendar.Days] and [Calendar.BusinessDays] count from an instant by one of three rules:
//
//   - [Civil], the default: Civil Act (민법) 157, 159 and 161. The day of receipt is not
//     counted, the term ends with the end of its last day, and a last day that is a
//     Saturday, a holiday or a closure gives way to the next business day.
//   - [Elapsed]: so many times 24 hours, to the second.
//   - [Public]: Civil Petitions Treatment Act (민원 처리에 관한 법률) 19. Up to five days are
//     counted in working hours from receipt, eight for a day; from six days on days are
//     counted, the first included. Saturdays and holidays do not count.
//
// A [Deadline] carries the rule that ruled and the days that were passed over, with why: it
// is meant to be printed.
//
// # Notices
//
// [NoticeLimits] counts backwards: until when maintenance had to be announced. It
// needs no table, since it passes nothing over.
package calendar
