// Package dashboard serves people: the JSON API, the live feed and the web app.
//
// # The live feed
//
// GET /api/v1/live is a WebSocket. The server speaks first: hello with an epoch and the
// latest sequence number, then either the deltas that a resuming client missed
// (?epoch=E&seq=N, while they are still in the ring) or a snapshot, then deltas as they
// happen and a beat every few seconds. A client that sees neither for three beats must say
// that it is stale. A new epoch means that the server forgot: start over from the
// snapshot. A client that reads too slowly is dropped and may resume.
//
// # Reads and writes
//
// Reads are open to whoever can reach the listener, which is loopback by default. Every
// write demands an actor, and so does /probe, which looks wherever it is told to.
//
// # Alerts
//
// The engine says which alerts stand, the store what they came to, and Alertmanager's
// silences come through [Silences]; the wall is told how many alerts nobody answers and who
// has the shift ([AlertsNow]). That alerts stand is shown even when store and Alertmanager do
// not answer. What people do (acknowledge, take a shift, hand it over, stand in on call, hold
// a drill) are statements on record; a silence is one as well, beside Alertmanager's own.
//
// Alertmanager's own API is mounted under /alertmanager/ behind the same guard, and the page
// that a link in a message opens under /ack/: it alone may be posted to without a token,
// because its address holds one.
package dashboard
