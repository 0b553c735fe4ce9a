// Package hub has one goroutine that decides what happens, has it recorded, and has everybody told.
//
//	Client.Do ──> requests ──> Run ── propose ──> state.Machine: Decide ──> events, rows, answers
//	                                                                              │
//	     socket <── sweep <── outbox <── tell <── commit <── journal: one transaction a group
//	                                      │
//	                                   audience
//
// # Goroutines, and what holds for each
//
//	Run         one: state and audience are its local variables; it waits for no client and no disk
//	journal     one: it commits in the order of the proposals, and after a failure nothing before Resume
//	sweep       one a processor: it writes what a socket takes at once, and never waits
//	deliver     one for a client that must be waited for, or reads the record: no two write to one client
//	erase       one: it takes words out of the record where no client waits for that
//	append      one, of a node: it appends to the log, and may wait for it
//	readers     package conn's: Client.Do waits until what its client has asked before is answered
//
// # Two folds of one order
//
// The state (package state) is what is true at the front of the order: it is decided by it, and it is ahead of
// what the record has. The audience (audience.go, deskview.go) is what has been told: who hears what, and up to
// where. It is folded from the same events, when these are told. Nothing that delivers reads the state, and
// nothing that decides reads the audience: else who comes in would hear lines from before it came.
//
// # Decided, recorded, told
//
// An intent is decided when it is proposed, so the next one finds what it has made. Its events and the rows that
// these changed are recorded in one transaction, and then told. An answer without events is told after all that
// was decided before it. What a command leads to for a connection (welcome, goodbye, replay) is in effects.go.
//
// A commit that fails is void, and so is all that was decided after it (decided.go): Rollback makes the state what
// it was, without the disk; Resume has the journal go on; authors of events are told not-kept; what only asked is
// decided again. What was nobody's wish (a broken connection, a time that is up) is proposed again by reconcile
// (reconcile.go), at once and then once a second. After journal.ErrBroken the hub ends, and the record is the truth.
//
// # The life of a line
//
//	conn/stream, conn/plain   bytes become a Command        hub/decided.go     propose; after the commit, told
//	conn/link.go, pace.go     the reader's pace             hub/state          command.go, message.go, apply.go
//	hub/client.go             Do: its turn                  hub/journal        journal.go, sqlite/commit.go
//	hub/admission.go          the pace of all               hub/broadcast.go   to a room, encoded once
//	                                                        hub/merge.go, heard.go    to sessions in several rooms
//	hub/loop.go, follow.go    the request, the command      hub/outbox.go, sweep.go   a reference, and the write
//
// # Falling behind
//
// A client whose outbox is full is behind: the hub stops feeding it, and its own goroutine reads on from the
// journal (deliver.go). When that has read all, it asks the hub whether this is the head, and in the step in which
// the hub says yes the client is live again. What it reads changes as its session enters and leaves rooms (reading.go).
// An answer has a place in the record: it is told when that is read.
// A write that fails says that nobody listens: what the client has sent is followed to its end all the same.
//
// # Several rooms
//
// A session has one room in front, and may watch others (member.go). It is told all of them in one sequence, in the
// order of the record (merge.go). An event that stands in several rooms is told to it once.
//
// # A connection is no session
//
// A Client is a connection. It has no session before it says something or has been silent for Options.Arrive
// (greet.go): who only probes a port leaves no trace. One whose session cannot be recorded has none, and each
// command tries again. A session outlives its connection for Options.Hold, also over a restart: start.go makes
// the state from rows, and the first intent, state.Began, takes the connections from all. Timers (timers.go) only propose.
//
// # Several nodes
//
// A hub that has a Log is a node (node.go): one of several that decide the same intents in the same order, and so have
// the same state, and the same record with the same positions. To decide alone is the same without the way
// through the log: propose calls decide.
//
//	client ── A: propose ── append ──> the log ──> A, B, C: decide ── commit ── tell ──> own clients
//
// What a node must be told, in each intent: which connection of which node wants it, in which incarnation, and its
// number there; the time, which is the log's; an id, from which those of events come; hashes of each word that may be
// a secret; the settings, when a node begins; and what only the node of the client can know: how late it tells, which
// places at the desk it has promised, up to where its clients have read.
//
// What it decides: all that is true. Which name is whose, who is in which room, who serves a visitor, who is kept
// out; which intent is void, since it came twice or out of turn; and which node is live.
//
// What it may not know while it decides: a clock, dice, the order of a map, its connections and what these were told
// (the audience), what its record holds and whether the disk is well, and which of the nodes it is itself. Else two
// nodes would decide two things. That they have not is shown by a checksum of all rows every state.ChecksumEvery intents.
//
// What each node does alone: it greets, and answers /ping, /help and what cannot be parsed; it paces its clients and counts
// what their addresses spend; it keeps outboxes, reads on for those that are behind, and tells. Its timers only propose.
//
// A node ends, with ErrNode, if the others go on without it, or if it cannot record what was decided: elsewhere
// that has happened. Its clients come back on any node, and read on from what they have seen.
//
// The package knows nothing about sockets, encodings, terminals or disks.
package hub
