// Package hub has one goroutine that decides what happens, records it, and delivers it to the clients.
//
//	Client.Do ──> requests ──> loop ── propose ──> state.Machine: Decide ──> events, rows, answers
//	                                                                               │
//	   socket <── flusher <── outbox <── deliver <── settle <── journal: one transaction a group
//	                                        │
//	                                     audience
//
// # Kinds of connection
//
//	person      lines of text: nc, telnet, the terminal client, the server's own terminal. It resumes with a code
//	program     lines of JSON, after a hello. It sees positions, and names the last one when it resumes with a token
//	raw         bytes of a peer that expects no server: it is told what others say, and cannot resume
//
// # Goroutines, and what holds for each
//
//	loop        one: state and audience are its own; it waits for no client and no disk
//	journal     one: it commits in the order of the proposals, and after a failure nothing before Resume
//	flusher     one a processor: it writes what a socket takes at once, and never waits
//	deliver     one for a client that must be waited for, or reads the journal: no two write to one client
//	erase       one: it takes words out of the journal where no client waits for that
//	append      one, of a node: it appends to the log, and may wait for it
//	reader      package conn's: Client.Do waits until the earlier commands of its client are answered
//
// # The life of a line
//
//	conn/socket, conn/line      bytes become a Command      hub/proposal.go, commit.go    decided, and delivered
//	conn/connection.go          the reader, its rate limit  hub/state                     what is true, and the rules
//	hub/client.go               Do: it waits for its turn   hub/journal, journal/sqlite   one transaction a group
//	hub/admission.go            the pace of all clients     hub/broadcast.go, frame.go    to a room, encoded once
//	hub/request.go, command.go  the request, the command    hub/outbox.go, flusher.go     a reference, and the write
//	                                                        hub/delivery.go               the write that must wait
//
// # Two folds of one order
//
// The state (package state) is what is true at the front of the order. Intents are decided by it, and it is ahead of
// the journal. The audience (audience.go, visitor_queue.go) is what has been delivered: which session hears what, and
// up to where. It is folded from the same events, when they are delivered. Delivery never reads the state, and
// decisions never read the audience: else a session would hear lines from before it entered.
//
// # Decided, recorded, told
//
// An intent is decided when it is proposed, so the next one sees its effect. Its events and the rows that they change
// are recorded in one transaction, and then delivered. An answer without events is sent after all that was decided
// before it. What a change means for a connection is in binding.go, what a client is answered in answer.go, and what
// else the hub does for a decision in effects.go.
//
// Why intents are ordered, and not events: an event is only right in the state in which it was decided. If each
// client's events were put into the order, two could both take a name, and one would have to be taken back after it was
// shown. Rejected for the same reason: to decide under locks first and to record later, which shows what a crash then
// forgets.
//
// A commit that fails is void, and so is all that was decided after it (rollback.go): Rollback restores the state,
// without the disk; Resume lets the journal go on; authors of events are told not-kept; an intent without events is
// decided again. What no client asked for (a broken connection, a time that is up) is proposed again by reconcile, at
// once and then once a second. After journal.ErrBroken the hub ends, and the journal is the truth.
//
// # Locks
//
// The loop holds none while it decides. Where two are held, the left one was taken first:
//
//	outbox.mu ──> flusher.mu    an item is added while no writer is at work, so a writer is scheduled
//	sqlite.Store: pruning, redacting ──> words.mu ──> writing    words leave the index before the journal changes
//
// admission.mu, backlog.mu and those of journal.Journal (of its proposals, its fair queue and each of its caches) are
// held alone: nothing is called under them that takes another. The flusher calls admission.done after it has released
// its own lock. Nothing of conn is called under a lock of the hub; the order of conn's own is in conn/doc.go.
//
// # Falling behind
//
// A client whose outbox is full is behind: the loop puts no more into it, and its own goroutine reads from the journal
// (catchup_reader.go). When that goroutine has read all, it asks the loop whether it is at the head; if so, the client
// is live again in that same step (catchup.go). All transitions, and what was rejected, are in feed.go. The streams
// that a client reads change as its session enters and leaves rooms (streams.go). An answer has a position in the
// journal, and is sent when the client has read up to there. After a failed write the client does not listen any more;
// the commands that it has sent are still carried out.
//
// # Several rooms
//
// A session has one room in front, and may watch others (membership.go). It hears all of them in one sequence, in the
// order of the journal (merge.go). An event that stands in several rooms is delivered to it once.
//
// # A connection is no session
//
// A Client is a connection. It has no session before its first command, or before it has been silent for Options.Arrive
// (greeting.go): a port scan leaves no trace. A client whose session cannot be recorded has none, and each command
// tries again. A session outlives its connection for Options.Hold, also over a restart: start.go makes the state from
// rows, and the first intent, state.Start, detaches all connections. Timers (timers.go) only propose.
//
// # Several nodes
//
// A hub with a Log is a node (node.go): one of several that decide the same intents in the same order, and so have the
// same state, and the same journal with the same positions. A hub without a Log skips the way through it: propose calls
// decide.
//
//	client ── A: propose ── append ──> the log ──> A, B, C: decide ── record ── deliver ──> own clients
//
// What each intent carries: the connection and the node that propose it, the incarnation, and its number there; the
// time, which is the log's; an id, from which those of its events derive; hashes of each word that may be a secret; the
// settings, when a node begins; and what only the client's node can know: its delay of delivery, the places at the desk
// that it has reserved, the positions up to which its clients have read.
//
// What the nodes decide: all that is true. The owner of each name, the members of each room, the operator of each
// visitor, the addresses that are kept out; which intent is void, since it came twice or out of turn; which node is
// live.
//
// What a decision may not depend on: a clock, a random number, the order of a map, the node's connections and what was
// delivered to them (the audience), the content of its journal and the health of its disk, and its own number. Else two
// nodes could decide differently. A checksum of all rows, every state.ChecksumEvery intents, detects that.
//
// What each node does alone: it greets, and answers /ping, /help and input that cannot be parsed; it paces its clients
// and counts what their addresses spend; it keeps outboxes, reads for clients that are behind, and delivers. Its timers
// only propose.
//
// A node ends, with ErrNode, if the other nodes go on without it, or if it cannot record what was decided: on the other
// nodes that has happened. Its clients can resume on any node, and read on from what they have seen.
//
// # Words
//
//	connection  one socket, or the server's terminal          client     the hub's end of a connection
//	session     a person or program with a name               guest      a session that has not chosen its name
//	code, token by which a session is resumed                 hold       the time in which it can be
//	member      a session in a room                           front      the room in which its lines are said
//	watched     another room of the session                   stay       its time in a room, in positions
//	visitor     a session at the desk                         ticket     a visitor's conversation there
//	message     a ticket that its visitor has left behind     target     the ticket to which an operator's lines go
//	intent      what a client, or time, wants decided         event      what has happened: an entry, or a change
//	change      an event that is told to no client            answer     what one connection is told
//	entry       an event in the journal                       position   its number there (seq on the wire)
//	stream      the entries that the same sessions read       stream seq the number of an entry in its stream
//	row         a part of the state, in the journal           soft       state that Replay makes again from entries
//	journal     entries and rows, on disk or in memory        log        the order of intents of several nodes
//	node        one hub of several                            incarnation one life of a node, from Start on
//	lease       how long a silent node is live                live       fed as things happen; a node: it decides
//	behind      a client that reads on from the journal       outbox     what waits to be written to a client
//	view        what a session hears of its streams           frame      events, and the bytes of each encoding, once
//	watermark   the position up to which a client is written  replay     entries told again: on entering, or resuming
//	gap         entries that the journal has no longer        redact     to take words out of state and journal
//	void        undone, or without effect
//
// The package knows nothing about sockets, encodings, terminals or disks.
package hub
