// Package store keeps what was observed, durably and compactly, in SQLite.
//
// # What is kept
//
//   - Topology: sites, checks, vantages, and the lives of checks (stretches of unchanged
//     terms). A series is one life seen from one vantage. Removing or renaming a site
//     deletes nothing.
//   - Recent results as rows, one for each (series, slot, attempt). A recorded slot is
//     never rewritten.
//   - Gaps: runs of slots without a known observation, with their reason.
//   - Sealed blocks: ten minutes after its end an hour of a series becomes one block
//     ([compliance.Block]) that accounts for each of its slots; what nobody recorded
//     becomes a gap with reason not_running. The hour keeps a SHA-256 over its blocks'
//     digests. Records that come late write a new version of the hour; the old stays.
//   - The ledger: a leaf for each version of an outage, wording of a notice, statement,
//     sealed hour and privileged act, appended in the transaction that records it, with a copy
//     of the evidence; and the checkpoints that were signed. See package ledger.
//   - Latency sketches by UTC day, states, outages, events, captures, heartbeats, tokens.
//
// # Guarantees
//
// When [DB.Commit] returns nil, what it was given and did not reject survives the loss of
// the process and of power (write-ahead log, synchronous=FULL). Commit applies a change whole or not
// at all, and applying it again changes nothing. One process at a time may open a
// directory: a second gets [ErrLocked].
//
// A DB is safe for concurrent use. Writers take turns on one connection; readers see the
// last committed state and never wait for a writer.
//
// # Size
//
// At one result a minute a check costs about two bytes a result, everything counted.
// [ForecastSize] says what a configuration will need.
package store
