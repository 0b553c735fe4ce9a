// Package screen is the full-screen terminal of a person who chats: what is said scrolls above, and one input line
// below it survives whatever arrives.
//
//	┌────────────────────────────────────────────────────────┐
//	│ <bob> hello                                            │  Print, from any goroutine: wrapped, bounded,
//	│ <小明> 你好                                            │  kept where it is while one reads back
//	│ -- carol joined                                        │
//	│▒chinwag · #lobby · 3 here▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▼ 12 more▒│  Options.Title, SetStatus, and what waits
//	│ #lobby> 你好 wor_                                      │  SetPrompt, and the line being typed -> Lines
//	└────────────────────────────────────────────────────────┘
//
// It knows nothing about sockets, the protocol, rooms or the hub: it is given lines to show, and gives back lines that
// were typed. It has two users, the operator's console of the server and the bundled client.
//
//	Print, SetStatus, Bell … ──> mailbox ──┐
//	                                       ├──> Run: the one goroutine that has the terminal ──> Lines
//	keys, pastes, new sizes ──> tcell ─────┘
//
// What may be relied on:
//
//   - Nothing that other goroutines call waits for the terminal, or for Run. All that they leave is in a mailbox that holds
//     no more than the scrollback does; Run looks into it at most once a frame, so 20,000 lines at once cost one redraw.
//   - Whatever is drawn has been cleaned of control characters, and of those that turn text around, whoever printed it.
//     A line that is too long for the screen goes on indented, so that no padding can forge the beginning of another line.
//   - Whatever width the terminal gives to a character (an emoji that it does not join, a letter that it draws wide), nothing of
//     it is left over: what stands beside it, and what takes its place later, stands where it should, in a row that is clear.
//   - What the terminal shows already is not sent again: a key costs some fifty bytes, and a line little more than its text.
//   - The terminal's real cursor stands where the next character will appear: input methods put their window there.
//   - The terminal's bytes mean what the locale of the process says, and UTF-8 where it names no character set.
//   - A typed line is sent whole or not at all: one that is too long, or holds what is no letter in that character set, stays in
//     the input line, and a sentence says why.
//   - A typed line is given to Lines, or stays in the input line if nobody takes any. It is never dropped unseen.
//   - When Run returns, or panics, the terminal is as it was before, and all that Run started has ended.
//
// While Run has the terminal, nobody else may write to it: a log must go elsewhere, or through Print.
//
// tcell reads the keys, and knows the terminal's modes. The drawing is our own: canvas holds the picture that is wanted and the one
// that is shown, pen writes what turns the one into the other. There is no widget library: tview's own loop can leave goroutines
// behind as it ends (rivo/tview#1163 is one way), and of its widgets an input line and a text view are all that this needs, both
// otherwise.
package screen
