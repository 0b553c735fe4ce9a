package protocol

// Reason says why somebody left. Every goodbye has one.
type Reason string

// The reasons, as programs see them.
const (
	Quit     Reason = "quit"     // asked to go, or ended the stream in an orderly way
	Lost     Reason = "lost"     // the connection broke
	Kicked   Reason = "kicked"   // an operator threw them out
	Stalled  Reason = "stalled"  // took no byte for too long
	Replaced Reason = "replaced" // came back on another connection
	Moved    Reason = "moved"    // went to another room
	Parted   Reason = "parted"   // left a room, and is in others
	Full     Reason = "full"     // there was no place
	Restart  Reason = "restart"  // the server ends, and may start again
	Shutdown Reason = "shutdown" // an operator ended the server
	Finished Reason = "finished" // the conversation at the desk is closed
	Silent   Reason = "silent"   // an operator who said nothing for too long
	NoHello  Reason = "no-hello" // a program that said none which was understood
)

// reasons is all that depends on a reason: its words for the one who leaves, whether
// that one should come back, how a program like join ends that does not, and the events in which it
// can stand. Stalled, Moved, Parted and Silent are no goodbyes: they tell others what a session did.
var reasons = []struct {
	Reason
	words string
	back  bool
	exit  int
	in    []string
}{
	{Quit, "see you", false, 0, []string{"goodbye", "left", "ticket"}},
	{Finished, "this conversation is closed", false, 0, []string{"goodbye", "left"}},
	{Kicked, "you were kicked", false, 4, []string{"goodbye", "left"}},
	{Replaced, "you are back on another connection", false, 1, []string{"goodbye"}},
	{Shutdown, "the server is shutting down", false, 1, []string{"goodbye"}},
	{Restart, "the server is shutting down, please come back in a while", true, 1, []string{"goodbye"}},
	{Full, "the server is full, please try again in a while", true, 1, []string{"goodbye", "left", "ticket"}},
	{Lost, "the connection broke", true, 1, []string{"goodbye", "left", "ticket"}},
	{NoHello, "no hello came that I understand", false, 1, []string{"goodbye"}},
	{Stalled, "your side took nothing for too long", true, 1, []string{"left", "ticket"}},
	{Moved, "you went to another room", false, 1, []string{"left"}},
	{Parted, "you left the room", false, 1, []string{"left"}},
	{Silent, "you said nothing for too long", false, 1, []string{"ticket", "duty"}},
}

// String is the reason in words for the one who leaves.
func (r Reason) String() string {
	for _, row := range reasons {
		if row.Reason == r {
			return row.words
		}
	}
	return string(r)
}

// IsKnown reports whether r is one of the reasons.
func (r Reason) IsKnown() bool {
	for i := range reasons {
		if reasons[i].Reason == r {
			return true
		}
	}
	return false
}

// ComesBack reports whether who hears goodbye for this reason should come back.
func (r Reason) ComesBack() bool {
	for _, row := range reasons {
		if row.Reason == r {
			return row.back
		}
	}
	return false
}

// ExitCode is how a program ends that was started to take part, and ends for
// this reason.
func (r Reason) ExitCode() int {
	for _, row := range reasons {
		if row.Reason == r {
			return row.exit
		}
	}
	return 1
}
