// Package state is what is true in the rooms and at the desk, and the rules by which that changes.
//
//	Intent ──> Decide ──> emit ──> apply        events: recorded, then told
//	                │       └────> undo         what Rollback puts back
//	                └──> answers                told to one connection, after the events
//
// A Machine takes one Intent after the other. Decide checks the intent against what is true, and
// emits events. An event is applied as it is emitted, so the next line of a rule reads the new
// state: nothing is ever about to be. What it returns is to be recorded first, and then told.
// Where that could not be recorded, Rollback makes it and all that was decided after it undone.
//
// The same intents in the same order make the same state, the same events and the same answers,
// in every process: the package has no clock (an intent brings its time), no dice (ids of events
// come from the intent's), no disk, no goroutine, and no order of a map shows in what it does.
//
// # Where a rule stands
//
//	session.go  lose a connection, hold, end                      open.go     begin a session
//	resume.go   come back to one                                  start.go    what a start of the server makes of all
//	nick.go     who may be called what                            due.go      what happens because time has passed
//	room.go     rooms: join, move, how many                       stay.go     who is where
//	places.go   several rooms: front, watch, part                 misplaced.go lines that are not for where lines go now
//	roominfo.go who, rooms, topic, away                           message.go  say, me, msg
//	ignore.go   who does not hear whom                            dedup.go    ids of messages
//	redact.go   what a session has said, taken out                history.go  what is read of the record
//	desk.go     visitors: come, ask, leave, their places          visit.go    how a visit begins, breaks, goes on and ends
//	queue.go    the desk's lists                                  standing.go who is next, and what /queue shows of a visitor
//	ticket.go   what becomes of a conversation                    showqueue.go what /queue shows
//	assign.go   operators: next, take, hand, hold                 closing.go  close, one or many
//	reply.go    answers, ready replies, notes                     target.go   where an operator's lines go
//	operator.go promote, duty                                     idle.go     what happens at the desk by itself
//	limits.go   what waits at the desk and goes                   dropped.go  how that is told
//	kick.go     kick                                              block.go    who is kept out
//	order.go    several nodes: turns, leases, checksums           seen.go     up to where clients were told
//	inherit.go  what entries without rows hold for certain        check.go    what must be true between decisions
//
// # Rows
//
// What is true stands in rows: sessions, rooms with a topic, tickets, names and addresses that are kept out, and
// one for all the rest. Decide returns those that it changed, to be recorded with the events in one
// transaction; Load makes a Machine of them. What changes with every line (ids of messages, where somebody
// has spoken, when an operator did something last) is not written with each: Replay makes it
// again from the entries since.
//
// # Bytes
//
// Rows, intents and changes have bytes that later programs read: the numbers of their kinds and the order of their
// fields stay, and testdata holds samples of each. What is read is parsed again, so that a damaged log brings no
// text that no client could have said.
//
//	codec.go    numbers, texts, lists: how each is written        fields.go   rows
//	wire.go     intents and changes: what all of them have, and the kinds of each in wireops.go, wirecommands.go,
//	            wirecommandfields.go and wirechanges.go
//
// The package knows nothing about connections, what clients write, disks, clocks or goroutines.
package state
