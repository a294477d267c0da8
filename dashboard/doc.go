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
package dashboard
