// Package state holds the state of the rooms and the desk, and the rules by which it changes.
//
//	Intent ──> Decide ──> emit ──> apply        events: committed, then delivered
//	                │       └────> undo         what Rollback puts back
//	                └──> answers                sent to one connection, after the events
//
// A Machine takes one Intent after the other. Decide checks the intent against the state, and emits events. An event
// is applied as it is emitted, so the next line of a rule reads the new state. The caller commits what Decide
// returns, and then delivers it. If the commit fails, Rollback undoes the decision and all later ones.
//
// The same intents in the same order make the same state, the same events and the same answers, in every process. The
// package has no clock (an intent brings its time), no randomness (ids of events come from the intent's), no disk and
// no goroutine, and no result depends on the order of a map.
//
// # Where a rule stands
//
//	session.go  lose a connection, hold, end                  open.go     begin a session
//	resume.go   resume a session                              start.go    what a start of the server changes
//	nick.go     nicks: rename, reserve, free                  due.go      what is due as time passes
//	room.go     rooms: join, move, how many                   stay.go     entering and leaving rooms
//	places.go   several rooms: front, watch, part             misplaced.go lines begun for another place
//	roominfo.go members of a room, rooms, topic, away         message.go  say, me, msg
//	ignore.go   which session ignores which                   dedup.go    ids of messages
//	redact.go   removing what a session has said              history.go  what is read from the journal
//	desk.go     visitors: come, ask, leave, their places      visit.go    how a visit begins, breaks, goes on and ends
//	queue.go    the desk's lists                              standing.go which visitor is next, and what /queue shows of it
//	ticket.go   the states of a conversation                  showqueue.go what /queue shows
//	assign.go   operators: next, take, hand, hold             closing.go  close, one or many
//	reply.go    answers, ready replies, notes                 target.go   where an operator's lines go
//	operator.go promote, duty                                 idle.go     what happens at the desk without a command
//	limits.go   bounds on what waits at the desk              dropped.go  how it is reported what was dropped
//	kick.go     kick                                          block.go    blocked nicks and addresses
//	order.go    several nodes: turns, leases, checksums       seen.go     up to where clients got their entries
//	inherit.go  rows for a journal that has none              check.go    what must hold between decisions
//
// # Rows
//
// The state is kept in rows: one for each session, room with a topic, ticket and blocked nick or address, and one for
// all the rest. Decide returns the rows that it changed, to be committed with the events in one transaction. Load
// makes a Machine of them. Soft fields change with every line (ids of messages, streams in which a session has
// spoken, the last activity of an operator), and are not written with each: Replay rebuilds them from the entries
// since.
//
// # Bytes
//
// Later versions read the bytes of rows, intents and changes: the numbers of kinds and the order of fields never
// change, and testdata holds samples of each. Texts and names are parsed again when they are read, so that a damaged
// log brings no text that a client could not have sent.
//
//	codec.go    numbers, texts, lists: how each is written        fields.go   rows
//	wire.go     intents and changes: what all of them have; the kinds are in wireops.go, wirecommands.go,
//	            wirecommandfields.go and wirechanges.go
//
// The package knows nothing about sockets, what clients write on them, disks, clocks or goroutines.
package state
