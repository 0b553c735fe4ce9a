// Package state holds the state of the rooms and the desk, and the rules by which it changes.
//
//	Intent ──> Decide ──> emit ──> apply        events: committed, then delivered
//	                │       └────> undo         what Rollback puts back
//	                └──> answers                sent to one connection, after the events
//
// A Machine takes one Intent after the other. Decide checks the intent against the state, and emits events. An event is
// applied as it is emitted, so the next line of a rule reads the new state. The caller commits what Decide returns, and
// then delivers it. If the commit fails, Rollback undoes the decision and all later ones.
//
// The same intents in the same order make the same state, the same events and the same answers, in every process. The
// package has no clock (an intent brings its time), no randomness (ids of events come from the intent's), no disk and
// no goroutine, and no result depends on the order of a map.
//
// # Where a rule stands
//
//	session.go       what a session is, its states          room.go        rooms: join, move, which are dropped
//	open.go          begin a session                        membership.go  which rooms a session is in, and was in
//	session_end.go   lose a connection, quit, hold, end     watch.go       several rooms: front, watch, part
//	resume.go        resume a session                       members.go     the sessions in a room, in their order
//	start.go         what a start of the server changes     roomlist.go    /rooms, /who, what is told on entering
//	timers.go        what is due as time passes             topic.go       topics
//	nick.go          what a name means: rename, reserve     message.go     say, me, msg
//	kick.go          kick, blocked nicks and addresses      dedup.go       ids of messages
//	away.go          away                                   redact.go      removing what a session has said
//	ignore.go        which session ignores which            read_mark.go   how far a session has read
//	settings.go      how the server is configured           history.go     what is read from the journal
//	limits.go        limits that no setting changes         seen.go        up to where clients got their entries
//
// The desk:
//
//	desk.go          what visitors do: come, ask, leave     assign.go      who has whom: take, hand, hold
//	visitor.go       how a visit ends, or leaves a message  close.go       close, one or many
//	ticket.go        what a ticket is, its states           reply.go       answers, notes, transcripts
//	queue.go         places in the queue, /next, /queue     canned.go      ready replies
//	operator.go      promote, duty, announce                target.go      where an operator's lines go
//	idle.go          operators that say nothing             pasteguard.go  lines that were begun for another target
//	desk_limits.go   bounds on what waits at the desk       desk_drops.go  how it is reported what was dropped
//	desk_index.go    lists that follow from tickets
//
// Several nodes:
//
//	order.go         turns in one order                     node.go        nodes, their leases and ends
//	checksum.go      that all nodes have the same state
//
// The machine:
//
//	machine.go       Decide, emit, answer                   stream.go      names of streams
//	intent.go        what comes in: ops                     decision.go    what comes out: events, rows, answers
//	command.go       the table of commands                  change.go      the table of changes: told to no client
//	table.go         what a table holds of a type           apply.go       what an event does
//	undo.go          Rollback and Release                   diagram.go     states, and what leads from one to another
//	invariants.go    what always holds, after a decision    check.go       the same of everything; check_desk.go
//	index.go         names, codes, members                  view.go        what the hub may read
//	rows.go          rows of a decision                     soft.go        fields that are not written each time
//	load.go          a machine of rows                      legacy.go      rows for a journal that has none
//
// # A new command
//
// It is a file with its rule and the function of its fields, and a line in the table of command.go. If it changes what
// no event tells, that is a change: its type, its fields and the method that applies it in the same file, and a line in
// the table of change.go. An event with words is known by its IsMessage, and needs nothing more here.
//
// # Rows
//
// The state is kept in rows: one for each session, room with a topic, ticket and blocked nick or address, and one for
// all the rest. Decide returns the rows that it changed, to be committed with the events in one transaction. Load makes
// a Machine of them. Soft fields change with every line (ids of messages, streams in which a session has spoken, the
// last activity of an operator), and are not written with each: Replay rebuilds them from the entries since.
//
// # Bytes
//
// Later versions read the bytes of rows, intents and changes: the numbers of kinds and the order of fields never
// change, and testdata holds samples of each. Texts and names are parsed again when they are read, so that a damaged
// log brings no text that a client could not have sent.
//
//	codec.go         numbers, texts, lists                  codec_intent.go  intents and ops
//	codec_kind.go    versions, kinds, words, times          codec_session.go rows of sessions
//	codec_row.go     rows of rooms, tickets, nodes
//
// The package knows nothing about sockets, what clients write on them, disks, clocks or goroutines.
package state
