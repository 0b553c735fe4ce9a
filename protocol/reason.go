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
	Full     Reason = "full"     // there was no place
	Shutdown Reason = "shutdown" // the server ends
	Finished Reason = "finished" // the conversation at the desk is closed
	Silent   Reason = "silent"   // an operator who said nothing for too long
	NoHello  Reason = "no-hello" // a program that said none which was understood
)

// String is the reason in words for the one who leaves.
func (r Reason) String() string {
	switch r {
	case Quit:
		return "see you"
	case Lost:
		return "the connection broke"
	case Kicked:
		return "you were kicked"
	case Stalled:
		return "your side took nothing for too long"
	case Replaced:
		return "you are back on another connection"
	case Moved:
		return "you went to another room"
	case Full:
		return "the server is full, please try again in a while"
	case Shutdown:
		return "the server is shutting down"
	case Finished:
		return "this conversation is closed"
	case Silent:
		return "you said nothing for too long"
	case NoHello:
		return "no hello came that I understand"
	}
	return string(r)
}
