package state

import (
	"maps"
	"slices"
	"time"
)

// Settings are how the server is configured. No bound is 0: math.MaxInt is none.
type Settings struct {
	Desk               bool          // the server is only a desk: it has no rooms but the desk and that of operators
	Rooms              int           // at most
	RoomsPerSession    int           // that one session is in at once; at most MaxRoomsPerSession
	Hold               time.Duration // how long a session without a connection is held
	Replay             int           // lines of history if a client names no number
	Visitors           int           // at the desk at once
	VisitorsPerAddress int
	Messages           time.Duration // how long a message waits
	MessagesKept       int           // that wait at once; beyond it, the oldest is dropped
	MessagesPerAddress int
	Silence            time.Duration // after which an operator's visitors wait again; 0: never
	Password           Secret        // of operators; zero: there is none
	Replies            []Canned      // the ready replies, in the order of their names
}

// exact returns set as a row can hold it: with durations in whole milliseconds.
func (set Settings) exact() Settings {
	set.Hold, set.Messages = set.Hold.Truncate(time.Millisecond), set.Messages.Truncate(time.Millisecond)
	if len(set.Replies) == 0 {
		set.Replies = nil
	}
	return set
}

// Configured replaces the settings.
type Configured struct{ Settings Settings }

func (Configured) change() {}

func (o *Configured) fields(c *coder) { o.Settings.all(c) }

// configured applies Configured. Lower bounds drop no ticket that exists already.
func (m *Machine) configured(_ *Session, c Configured) {
	was, set := m.Settings, &c.Settings
	m.touchCommon().Settings = c.Settings
	m.keepReplies()
	if set.Visitors >= was.Visitors && set.VisitorsPerAddress >= was.VisitorsPerAddress &&
		set.MessagesKept >= was.MessagesKept && set.MessagesPerAddress >= was.MessagesPerAddress {
		return
	}
	for _, t := range slices.SortedFunc(maps.Values(m.desk.tickets), byNumber) {
		m.touchTicket(t).Kept = true
	}
}

// isOf reports whether l was computed for the bounds of set.
func (l *limits) isOf(set *Settings) bool {
	return l.of.Visitors == set.Visitors && l.of.VisitorsPerAddress == set.VisitorsPerAddress &&
		l.of.MessagesKept == set.MessagesKept && l.of.MessagesPerAddress == set.MessagesPerAddress
}
