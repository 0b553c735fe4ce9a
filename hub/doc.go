// Package hub is what is true in the room, and who may change it.
//
//	Client.Do ───────> requests ─> Run: check, propose ──> journal: order, commit in groups
//	                                │                         │
//	Writer.Offer <── sweep <── outbox <── tell <── apply <────┘
//	Writer.Send  <── a goroutine of the client's own, where something must be waited
//	                 for; it reads on from the journal when the outbox was full
//
// Hub.Run is one goroutine. Its state is a local variable of Run, so nobody
// else can name it, and nothing in it needs a lock. Everything that can happen
// to it is a type of request or comes back from the journal: the switch in
// run.go is the table of contents.
//
// # The order of things
//
// A command changes nothing by itself. The hub checks it and proposes an entry;
// when the journal has the entry, apply changes the state, and only then is
// anybody told. Every member of a room is told its entries in the order of the
// record, each once. What one client sends is answered in the order in which it
// was sent: lines to say may be under way together, everything else waits until
// what went before it is answered (Client.Do does the waiting).
//
// # Writing
//
// What waits in an outbox is written by the sweep: one goroutine for each
// processor goes from client to client and writes what the socket takes at once.
// Where it does not take all, or something else must be waited for, a goroutine of the
// client's own goes on until nothing waits. Nobody is held up by somebody else, and
// a silent client costs no goroutine here.
//
// A write that fails says that nobody listens, not that nothing was said: what the
// client is told is discarded from then on, and what it has sent is followed to its end.
//
// # The pace of all
//
// What is under way in the whole server is bounded by what it has lately done in four
// tenths of a second: admission.go. Beyond that clients wait in Client.Do, one address after the
// other, and those that have not waited lately come first.
//
// # Falling behind
//
// A member is a position in the record. While it is live, the hub appends to
// its outbox. When the outbox is full it is behind: the hub stops feeding it,
// and its own goroutine reads pages from the journal. When it
// has read all, it asks the hub "is this the head?", and in the same step in
// which the hub says yes it is live again, so nothing can fall between. An
// answer to a command has its place in the record, too: a member that is behind
// reads up to that place before it is told the answer.
//
// # Sessions
//
// A session is somebody: a nick, a room, a mailbox. A Client is one connection of
// one. Whoever loses the connection finds the session again for Options.Hold: a
// program with its token, a person with the code that it was told on arriving. Its name
// is held so long, but not where the session was as short as a script's, nor where
// a person's input has ended in good order (hangUp): who comes back to that has the name if it is still free.
//
// # A disk that fails, or does not answer
//
// What could not be recorded did not happen: its author is refused. Only what must come true is
// tried again: that somebody who was in a room has gone. Who never got in leaves nothing. While a
// commit does not return, what is said waits: a client has its window, and all of them together
// a bound. Nobody is told a thing that is not recorded, so the end need not wait for a disk: Options.Grace
// counts from its beginning, and Run returns then.
//
// The package knows nothing about sockets, spellings, terminals or disks.
package hub
