// Package probes looks once at a site and says what was seen.
//
// A [Probe] is a kind of look (HTTP, TCP, TLS, DNS, ICMP, gRPC health, WebSocket,
// journey). A [Check] binds a probe to an id, a vantage and a timeout; [Check.Run] makes
// one look and returns a [Result]: stamped, bounded in time, and safe from a probe that
// panics or hangs.
//
// # Outcomes and reasons
//
// Every result has one [Reason] of a closed set, and the outcome follows from it:
//
//   - OK passes.
//   - Reasons 1-127 are what the site did (dns_not_found, connect_refused, status, ...): a failure.
//   - Reasons 128-255 are what the monitor could not see (uplink_down, blocked, missed,
//     crashed, ...): unknown, which is neither up nor down.
//
// A probe never decides that a site is down. That takes confirmation and quorum, which
// belong to package compliance.
//
// # Slots
//
// A check is due at the instants of its [Slots] grid, which depends on its id and
// interval alone. A slot's observation (attempt 0) stands for the time until the next
// slot; re-probes (attempts 1 and up) confirm but own no time.
//
// # Guarantees
//
// Each look uses a new connection and leaves none behind. What a look captures of a
// failing answer is capped and stripped of credentials. Nothing in this package logs.
package probes
