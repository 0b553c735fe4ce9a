// Package client is the other end of the wire: it dials a chinwag server,
// speaks JSON lines, and goes on after the connection broke as if it had not.
//
//	Send ──> kept until it is answered ──> writer ──> socket
//	           │ sent again after a break     │
//	         Run: the one goroutine that decides
//	           │                              │
//	Events <── bounded, in order <─────── reader <── socket
//
// The bundled client, bots and the load generator are built on it.
//
// # What may be relied on
//
// Not one byte is sent before the other side has said protocol.Version.
//
// What the server tells comes out of Events in its order, each line of the
// record once (G3, G4): after a break the client names the last position that
// it saw and is told the rest, or told what is missing (protocol.Gap).
//
// Everything sent is kept until it is answered: a line by its own id, anything
// else by a ping after it. What was not answered before a break is sent
// again, in order. The server knows a line by its id and says it once (G5).
//
// One case is beyond that: the session itself is over (the server was started
// anew, or the break was long), and a line was on its way. Then the client
// looks for it in what the record has since. If it is there, all is well; if
// it is not and nothing is missing, it is sent. If that cannot be known, which
// is so where the record has a hole, for private lines and for those of a room that was not in front,
// it is NOT sent again: an Undelivered event says so, and the person decides.
//
// The server keeps the rooms of a session over a break. A new session begins in the one
// that was in front, and in no other.
//
// A goodbye says whether to come back (Goodbye.Back). Where it says not to, Run ends with
// Dismissed, which has the reason.
//
// Bounds: 256 commands are kept, then Send waits; a line of the server is at most
// 256 KiB; while nobody takes events, nothing more is read.
//
// The package knows nothing about terminals, and nothing about the hub.
package client
