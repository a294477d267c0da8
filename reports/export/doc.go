// Package export puts evidence into one file that an auditor checks without us: for a month, a
// clause, an outage or a sample that nobody chose.
//
// An export is a zip:
//
//	attached/...        for the reader: captures, pages, the month's report, masked copies
//	blocks/HOUR.json    the blocks of a sealed hour, [Hour]
//	evidence.json       a [ledger.Bundle]: all leaves of the stretch, and what lies behind those shown
//	index.html          what is in it, what it proves and what not, in Korean and English
//	manifest.json       [Manifest]: the query, the checkpoint, and each file with its SHA-256
//
// The same store, query and program make the same bytes: entries are sorted, and their times are
// the checkpoint's. docs/evidence.md describes the format for whoever writes a verifier.
//
// The masked profile withholds what holds people's names. Evidence cannot be changed without
// losing its proof, so a copy without names lies beside, which nothing proves.
package export
