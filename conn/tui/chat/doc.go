// Package chat is the chat on a full screen: what is said, who is here, where the next line goes.
//
//	typed lines ──> View.Parse ──> commands, to be sent
//	the screen  <── View.Hear  <── events, with the Roster and the names to complete
//
// The client (chinwag join) and the operator's console use it. It knows nothing about connections or the hub: its user
// sends the commands, and hands over the events. A transcript that is saved (/transcript 7 FILE) is written where the
// View runs.
package chat
