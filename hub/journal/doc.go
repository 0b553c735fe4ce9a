// Package journal keeps the entries of a server in one order: the one in which every client hears them.
//
//	Propose ──> waiting ──> Run: takes all that waits ──> Store.Commit ──> Committed
//	                                                          │
//	Read <────────────────────────────────────────────────────┘ a page at a time
//
// The hub gives each entry its position, the next after the last that it gave. A store rejects any other, so the state
// and the journal cannot drift apart. Proposals are committed in groups: those that arrive during a commit go into the
// next one, so that a store which pays for each commit (a flush to the disk) pays once for many lines. Committed
// delivers a group after the store has it. After a group that fails, Run takes nothing more before Resume, which drops
// the backlog: it was decided after something that has not happened.
//
// An entry belongs to one stream: a room, one session's mailbox, or the stream of all sessions. A session that may read
// a stream may read all of it, so a private line reaches a third session only through a wrong stream. A private line is
// two entries, one in each mailbox, with the same id.
//
// Beside the entries stand rows: the current state as the hub encodes it, in bytes that no store interprets. Rows are
// committed with the entries that changed them, in one transaction, so a kill at any moment leaves them in agreement. A
// start loads the rows (Rows) and replays the entries after a position (Tail), which KeepAfter has kept from pruning.
// Key is the key of the secrets in the rows.
//
// The end of the journal is in memory, too: all of it for clients that are a little behind, and the last messages of a
// few streams for sessions that enter them.
//
// Long reads take turns by address, and each turn is one page. Searches take turns, too, one at a time and for a
// bounded time. Short reads (Newest, SeqOfLast, SeqBefore) wait for no turn and always find a reader, so that a session
// which enters a room is shown the last lines at once.
//
// # What the journal promises
//
// 1. No client hears a line before it is durable (package sqlite;
// G7 in cmd/chinwag/e2e kills a server and reads what people saw).
//
// 2. No client hears a line that could not be committed; its author is told, and the operator once, and the hub goes
// on when the disk does (G11 in cmd/chinwag/e2e, and the failing stores of hub's tests). After ErrBroken the hub ends.
//
// 3. Each room has one order, the same for all clients, in history and
// live; positions only grow, and an epoch names the journal (journaltest).
//
// 4. Rows are those of the last commit, whole (journaltest; sqlite's crash tests).
//
// 5. A client that resumes with epoch and position gets the rest exactly once, then the
// live feed (hub's random schedules, conn/client's cut connections, G4 in cmd/chinwag/e2e).
//
// 6. A session that enters a room sees the last lines, then the live ones,
// without a gap or a repeat (hub's random schedules, the transcripts).
//
// 7. A slow client reads on from the store, in bounded memory; a
// person's client that is far behind is told how much is skipped (hub).
//
// 8. A search finds private lines for the sessions that could see
// them live (journaltest, the transcripts of search and desk).
//
// The package knows nothing about members, sockets or rights. Memory is the store that forgets everything with the
// process; package sqlite keeps it in a file.
package journal
