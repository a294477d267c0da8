// Package monitor is the engine: it decides when each check is due, looks, judges,
// commits and publishes.
//
// # The road of a result
//
// gocron wakes a check at its slot. The check's runner looks ([probes.Check.Run]), asks the
// uplink's canaries before a failure may count, and hands the record to a bounded queue. One
// committer takes groups off it (at most 50 ms or 250 records), lets [compliance.Policy.Step]
// judge them on a copy of the state, commits the changes, and only then lets the new state
// count and tells the sinks. A commit that fails is tried again with the same records.
//
// # Every slot is accounted for
//
// A slot gets a result or a gap with a reason: the monitor was not running, was too busy,
// could not see out, the queue was full, the clock jumped. Nothing is left to be guessed.
//
// # The monitor's own trouble
//
// After 30 s without a successful commit [Engine.Health] says so, and outages are
// published marked Uncommitted: the store's trouble must not hide an outage.
package monitor
