package protocol

// Reason says why a session left. Every goodbye has one.
type Reason string

// The reasons, as programs see them.
const (
	Departed Reason = "quit"     // the client asked to go, or ended its stream in an orderly way
	Lost     Reason = "lost"     // the connection broke
	Kicked   Reason = "kicked"   // by an operator
	Stalled  Reason = "stalled"  // the client took no byte for too long
	Replaced Reason = "replaced" // the session was resumed on another connection
	Moved    Reason = "moved"    // went to another room
	Parted   Reason = "parted"   // left a room, and is in others
	Full     Reason = "full"     // there was no place
	Restart  Reason = "restart"  // the server ends, and may start again
	Shutdown Reason = "shutdown" // an operator ended the server
	Finished Reason = "finished" // the conversation at the desk is closed
	Silent   Reason = "silent"   // the operator said nothing for too long
	NoHello  Reason = "no-hello" // the program sent no valid hello
)

// reasons has all that depends on a reason: its words for the client that leaves, whether the client should come back,
// the exit code of a program like join that does not, and the events in which it can stand. Stalled, Moved, Parted and
// Silent are no goodbyes: they tell other members what a session did.
var reasons = []struct {
	Reason
	words string
	back  bool
	exit  int
	in    []string
}{
	{Departed, "see you", false, 0, []string{"goodbye", "left", "ticket"}},
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

// String is the reason in words for the client that leaves.
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

// ComesBack reports whether a client should reconnect after a goodbye for this reason.
func (r Reason) ComesBack() bool {
	for _, row := range reasons {
		if row.Reason == r {
			return row.back
		}
	}
	return false
}

// ExitCode is the exit code of a client program that ends for this reason.
func (r Reason) ExitCode() int {
	for _, row := range reasons {
		if row.Reason == r {
			return row.exit
		}
	}
	return 1
}
