// Package compliance says what observations mean. It is pure: time comes in with the
// values, nothing here reads a clock, a file or a socket.
//
// # From looks to outages
//
// [Policy.Step] takes a check's [CheckState] and one [probes.Result] and returns the
// next state and what happened. A failure counts once it is confirmed (enough failing
// looks in a row, re-probes included) at a strict majority of the fresh vantages. An
// outage runs from the first failing slot of the confirmed run to the first pass of a
// recovery that holds; while a recovery is on trial, the outage stays open. [SiteStep]
// joins the checks of a site: a site is down when a critical check is.
//
// # Unknown is not up
//
// Time without an observation is a [Gap] with a reason. Availability is computed by
// [Account] from three layers: when each check was being watched ([CheckLife]), the gaps,
// and the outages. Time in a gap is unknown, inside an outage or not.
//
// # Verdicts
//
// A verdict is broken when even the best case misses the promise, kept only when the
// worst case passes and coverage reaches its floor, otherwise unproven.
package compliance
