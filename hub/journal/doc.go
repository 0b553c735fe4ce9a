// Package journal is the record: what was said, in the one order in which
// everybody hears it.
//
//	Propose ──> waiting ──> Run: takes all that waits ──> Store.Commit ──> Committed
//	                                                          │
//	Read <────────────────────────────────────────────────────┘ a page at a time
//
// The hub gives each entry its position, the next after the last that it gave; a store refuses
// any other, so what the state says and what the record says cannot drift apart. Proposals are
// committed in groups: whatever waited while the last commit ran goes into the next, so that a
// store which pays for each commit (a flush to the disk) pays once for many lines. Nothing comes
// out of Committed before the store has it. After a group that cannot be committed nothing more is taken before Resume, which drops
// what waits: it was decided after something that has not happened.
//
// An entry belongs to one stream: a room, one session's mailbox, or everybody.
// Who may read a stream may read all of it, so a private line can reach a third
// person only if somebody is given the wrong stream. A line from one to another
// is two entries, one in each mailbox, with the same id.
//
// Beside the entries stand rows: what is true now, as the hub has it, in bytes that no store looks
// into. They are committed with the entries that changed them, in one transaction, so at every
// kill they are what the entries made them. A start takes up the rows (Rows), and what the
// entries after a position say (Tail), which KeepAfter has kept from pruning. Key is the key of
// the secrets in the rows.
//
// The end of the record is in memory, too: all of it for who is a little behind, and
// what was spoken last in a few streams for who enters them.
//
// Whoever reads much takes turns with the others, address by address, and reads a page in each; so do
// searches, one at a time and for a bounded time. What is short (Last, Back, Before) never waits
// for a turn, and always finds a reader: so who comes in is shown the last lines at once.
//
// # What the record promises
//
// 1. A line is heard by nobody before it is durable (package sqlite; G7 in
// cmd/chinwag kills a server and reads what people saw).
//
// 2. A line that could not be recorded is heard by nobody; its author is told, and
// the operator once, and all goes on when the disk does (G11 in cmd/chinwag, and the
// failing stores of hub's tests). After ErrBroken the hub ends.
//
// 3. One order for each room, the same for all, in history and live; positions only
// grow, and an epoch names the record (storetest).
//
// 4. Rows are those of the last commit, whole (storetest; sqlite's crash tests).
//
// 5. Whoever resumes with epoch and position gets the rest exactly once, then the live
// feed (hub's random schedules, conn/client's cut connections, G4 in cmd/chinwag).
//
// 6. Whoever enters sees the last lines, then the live ones, without a gap or a
// repeat (hub's random schedules, the transcripts).
//
// 7. Whoever is slow reads on from the store, in bounded memory; a person who is far
// behind is told how much is skipped (hub).
//
// 8. Private lines are found by those who could see them live (storetest, the
// transcripts of search and desk).
//
// The package knows nothing about members, sockets or rights. Memory is the
// store that forgets everything with the process; package sqlite keeps it in a file.
package journal
