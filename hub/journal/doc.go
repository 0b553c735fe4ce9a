// Package journal is the record: what was said, in the one order in which
// everybody hears it.
//
//	Propose ──> waiting ──> Run: takes all that waits ──> Store.Commit ──> Committed
//	                                                          │
//	Read <────────────────────────────────────────────────────┘ a page at a time
//
// Proposals are committed in groups: whatever waited while the last commit ran
// goes into the next, so that a store which pays for each commit (a flush to
// the disk) pays once for many lines. Nothing comes out of Committed before the
// store has it.
//
// An entry belongs to one stream: a room, one session's mailbox, or everybody.
// Who may read a stream may read all of it, so a private line can reach a third
// person only if somebody is given the wrong stream. A line from one to another
// is two entries, one in each mailbox, with the same id.
//
// The package knows nothing about members, sockets or rights; Memory is the
// store that forgets everything with the process.
package journal
