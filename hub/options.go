package hub

import (
	"cmp"
	"math"
	"time"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Options of a Hub. Options{} works: a zero field has the value in Defaults, and a nil function is not called.
type Options struct {
	Outbox int           // bytes that wait for one client before it is behind; below 0: no limit
	Replay int           // lines of history shown on entering a room; below 0: none
	Arrive time.Duration // how long a silent newcomer is not yet announced
	Hold   time.Duration // how long a session without a connection can be resumed; at least a second
	Grace  time.Duration // how long the end may take, with the last commit and the goodbyes; below 0: no limit
	Rooms  int           // below 0: no limit

	RoomsPerSession int // that one session is in at once; at most 256; below 0: 256

	Log  Log        // of several nodes; nil: the hub is alone, and decides by itself
	Node state.Node // the number of this node; above 0, and unique among them

	Durable bool // the journal outlives the process, so sessions can be resumed after a restart

	PerAddressBytes int64 // by which one address may make the journal grow in a day; below 0: no limit

	Desk               bool                     // a desk-only server: operators have a room of their own, and there is no other
	Visitors           int                      // at the desk at once; below 0: no limit
	VisitorsPerAddress int                      // below 0: no limit
	Silence            time.Duration            // after which an operator's visitors wait again; below 0: never
	Messages           time.Duration            // how long a message waits, and its author may come back for the answer
	MessagesKept       int                      // that wait at once; beyond, the oldest is deleted; below 0: no limit
	MessagesPerAddress int                      // below 0: no limit
	Warn               func(string, ...any)     // called with other news for the log, as slog.Logger.Warn is
	Replies            map[string]protocol.Text // the ready replies of operators, by name

	// Password is the hash of the operators' password. After a restart with another one, no resumed session is an
	// operator's.
	Password string

	// OnJournalError is called when the journal begins to fail or to be silent, with nil when it works again, and for
	// each ErrUnreadable.
	OnJournalError func(error)
}

// Defaults returns the options of a Hub where nothing else is chosen.
func Defaults() Options {
	return Options{
		Outbox:             64 << 10,
		Replay:             20,
		Arrive:             300 * time.Millisecond,
		Hold:               2 * time.Minute,
		Grace:              5 * time.Second,
		Rooms:              1000,
		RoomsPerSession:    64,
		PerAddressBytes:    256 << 20,
		Visitors:           1000,
		VisitorsPerAddress: 64,
		MessagesKept:       1000,
		MessagesPerAddress: 8,
		Silence:            10 * time.Minute,
		Messages:           7 * 24 * time.Hour,
	}
}

func (o *Options) defaults() {
	d := Defaults()
	o.Outbox = noLimit(cmp.Or(o.Outbox, d.Outbox))
	o.Replay = max(0, cmp.Or(o.Replay, d.Replay))
	o.Arrive = cmp.Or(o.Arrive, d.Arrive)
	o.Hold = cmp.Or(o.Hold, d.Hold)
	o.Grace = cmp.Or(o.Grace, d.Grace)
	o.Rooms = noLimit(cmp.Or(o.Rooms, d.Rooms))
	o.RoomsPerSession = min(noLimit(cmp.Or(o.RoomsPerSession, d.RoomsPerSession)), state.MaxRoomsPerSession)
	o.PerAddressBytes = cmp.Or(o.PerAddressBytes, d.PerAddressBytes)
	o.Visitors = noLimit(cmp.Or(o.Visitors, d.Visitors))
	o.VisitorsPerAddress = noLimit(cmp.Or(o.VisitorsPerAddress, d.VisitorsPerAddress))
	o.MessagesKept = noLimit(cmp.Or(o.MessagesKept, d.MessagesKept))
	o.MessagesPerAddress = noLimit(cmp.Or(o.MessagesPerAddress, d.MessagesPerAddress))
	o.Silence = cmp.Or(o.Silence, d.Silence)
	o.Messages = cmp.Or(o.Messages, d.Messages)
}

func noLimit(n int) int {
	if n < 0 {
		return math.MaxInt
	}
	return n
}
