// Package client is the client's side of the protocol: it dials a chinwag server, speaks JSON lines, and resumes its
// session after a broken connection.
//
//	Send ──> outstanding, until answered ──> writer ──> socket
//	           │ sent again after a break      │
//	         Run: the one goroutine that decides
//	           │                               │
//	Events <── bounded, in order <──────── reader <── socket
//
// chinwag join and bots are built on it.
//
// # What may be relied on
//
// The client sends no byte before the other side has sent protocol.Version.
//
// Events delivers the server's events in order, each entry of the journal once (G3, G4): after a break the client names
// the last position that it saw and receives the rest, or is told what is missing (protocol.Gap).
//
// Every command is outstanding until it is answered: a line by its own id, any other by a ping after it. Commands
// without an answer at a break are sent again, in order. The server knows a line by its id and says it once (G5).
//
// One case is beyond that: the session itself is over (the server was restarted, or the break was long), and a line was
// on its way. Then the client looks for the line in the journal since. If it is there, all is well; if it is not and
// nothing is missing, it is sent. If the client cannot know, because the journal has a gap, or the line is private or
// for a room that was not in front, it is NOT sent again: an Undelivered event says so, and the caller decides.
//
// The server keeps the rooms of a session over a break. A new session begins in the one that was in front, and in no
// other.
//
// A goodbye says whether to come back (Goodbye.Back). If not, Run ends with a *GoodbyeError, which has the reason.
//
// Bounds: 256 commands are outstanding, then Send waits; a line of the server is at most 256 KiB; while the caller
// takes no events, the client reads no more.
//
// The package knows nothing about terminals, and nothing about the hub.
package client
