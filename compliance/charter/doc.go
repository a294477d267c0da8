// Package charter holds an organisation's promises as data, and judges them.
//
// A [Charter] is a list of clauses. Each has the source's exact words, what is verified in one
// sentence, an owner, and dated versions of how it is judged: one or more requirements, each with a
// method and its terms. Every sentence of the source is mapped to clauses, or to a reason why
// nothing verifies it.
//
// [Charter.Judge] turns [Evidence] of a month into a [Month]. It is pure: the same charter and evidence
// give the same verdicts, on any machine, at any time.
//
// # Verdicts
//
// Each requirement is judged twice: in the best case all that is not known was as promised, in the
// worst none of it was. It is broken when even the best case misses the promise, kept when the
// worst case passes and coverage reaches its floor, and unproven otherwise. A clause is broken when
// one of its requirements is, unproven when one of them is, at risk when one of them is, kept when at
// least one was kept and the others had no occasion, and has no occasion when none of them had.
//
// An obligation belongs to the month in which its limit passed or it was met, whichever is
// earlier; a deadline at the end of a day belongs to that day. A page that stays out of date is so
// in each month. In a month that is not over, what may yet be met is pending; where only that keeps
// the two cases apart, the requirement is at risk. A closed month has that verdict for yearly
// duties alone.
//
// What no record tells is unproven, never broken: no attestation in date, no register, no
// officer's record, nothing configured. A breach that was seen stays broken, whatever else is not
// known. docs/charter.md tells the rules to those who are judged by them.
package charter
