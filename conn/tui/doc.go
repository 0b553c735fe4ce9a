// Package tui is a full-screen chat terminal: printed lines scroll above one input line, which arriving lines do not
// disturb.
//
//	┌────────────────────────────────────────────────────────┐
//	│ <bob> hello                                            │  Print, from any goroutine: wrapped, bounded,
//	│ <小明> 你好                                            │  held still while the person reads back
//	│ -- carol joined                                        │
//	│▒chinwag · #lobby · 3 here▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▼ 12 more▒│  Options.Title, SetStatus, and notices
//	│ #lobby> 你好 wor_                                      │  SetPrompt, and the line being typed -> Lines
//	└────────────────────────────────────────────────────────┘
//
// It knows nothing about sockets, the protocol, rooms or the hub: callers give it lines to show, and take the lines
// that were typed. It has two users, the operator's console of the server and the bundled client.
//
//	Print, SetStatus, Bell … ──> mailbox ──┐
//	                                       ├──> Run: the one goroutine that has the terminal ──> Lines
//	keys, pastes, new sizes ──> tcell ─────┘
//
// What may be relied on:
//
//   - No method that other goroutines call waits for the terminal, or for Run. They post updates to a mailbox that
//     holds no more than the scrollback does; Run empties it at most once a frame, so 20,000 lines at once cost one
//     redraw.
//   - All text that is drawn is cleaned of control characters, and of those that turn text around. A line that is too
//     long for the screen goes on indented, so that no padding can forge the beginning of another line.
//   - A character that has another width on the terminal (an emoji that it does not join, a letter that it draws wide)
//     leaves no remains: the text beside it, and the text that takes its place later, stand in the right columns of a
//     clear row.
//   - Cells that have not changed are not sent again: a key costs some fifty bytes, and a line little more than its
//     text.
//   - The terminal's real cursor stands where the next character will appear: input methods put their window there.
//   - The locale of the process names the terminal's character set; UTF-8 is the default.
//   - A typed line is sent whole or not at all: a line that is too long, or has bytes that are no letter in that
//     character set, stays in the input line, and a sentence says why.
//   - A typed line is sent to Lines, or stays in the input line if the caller takes none. It is never dropped unseen.
//   - When Run returns, or panics, the terminal is as it was before, and all that Run started has ended.
//
// While Run has the terminal, nothing else may write to it: a log must go elsewhere, or through Print.
//
// tcell reads the keys, and knows the terminal's modes. The drawing is our own: canvas holds the grid wanted and the
// grid shown, and pen writes the difference. There is no widget library: tview's own loop can leave goroutines behind
// as it ends (rivo/tview#1163 is one way), and the only widgets needed, an input line and a text view, would both have
// to differ from tview's.
package tui
