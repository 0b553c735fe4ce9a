package hub

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"
	"testing/synctest"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// Bounds of what is kept, as tests of them name them.
const (
	Calm         = calm
	FirstBound   = firstBound
	FreeWrites   = freeWrites
	LongSilence  = longSilence
	MaxFound     = maxFound
	MaxDeferrals = maxDeferrals
	NoticeDelay  = noticeDelay
	PageLines    = pageLines

	MaxAtOnce  = state.MaxEndedAtOnce
	MaxIgnored = state.MaxIgnored
	MaxLately  = state.MaxEnded
	MaxNames   = state.MaxNames
	MaxRefs    = state.MaxIDs
	MaxTurns   = state.MaxVisits
	MaxUnread  = state.MaxUnread
	MaxVisits  = state.MaxStays
	MaxWrote   = state.MaxStreams
	ShortTime  = state.ShortTime
)

// SecretSaid refuses a command that would have told others a code.
var SecretSaid = state.SecretSaid.Text

// Window is what tests ask a hub about that no client is told: how much there is of a thing that must not grow, and
// what a session, a room or a ticket is just now. It asks while everything waits in a synctest bubble. All other tests
// of the hub look at it from outside; so what is in it may change, and the tests stay.
type Window struct{ r *loop }

// Watch is what runs h, and a window into it.
func Watch(h *Hub) (*Window, func(context.Context) error) {
	l, err := newLoop(h)
	if err != nil {
		panic(err)
	}
	return &Window{l}, l.run
}

// ask lets f look at what the hub's goroutine owns. Then that goroutine takes a request that changes nothing: so the
// race detector knows that it goes on after this.
func ask[T any](w *Window, f func(l *loop) T) T {
	nothing := withhold{&Client{over: true}}
	if w.r.node.shares() {
		_ = w.r.hub.submit(context.Background(), nothing) // before its incarnation is live a node takes none
	}
	synctest.Wait()
	v := f(w.r)
	_ = w.r.hub.submit(context.Background(), nothing)
	return v
}

// SessionView is what a session is.
type SessionView struct {
	ID        uuid.UUID
	Nick      protocol.Nick
	Code      string // by which it comes back, while it has a connection; "" for one that cannot
	ComesBack bool   // it has a code
	Room      protocol.Room
	Connected bool
	Live      bool // it is told what is said at once, and not behind
	Operator  bool
	Serves    bool            // it is an operator that is connected, and hears the desk
	Duty      bool            // and takes visitors
	Ticket    protocol.Ticket // its conversation at the desk; 0: none
	Message   protocol.Ticket // that it left there; 0: none
	Echo      bool            // it hears its own lines
	Program   bool
	Released  bool // its nick is free again, although it may come back
	Keys, Own int  // how many keys its nick has, and how many of them lead to it
	Acked     int  // ids of messages that are known when they are sent again
	Wrote     int  // streams that are remembered for Forget
	Stays     int  // in rooms, that are remembered until it is resumed
}

func (l *loop) view(s *state.Session) SessionView {
	v := SessionView{
		ID: s.ID, Nick: s.Nick, Room: s.Room, Connected: s.Conn != 0, Operator: s.Operator, Serves: s.HearsDesk, Duty: s.OnDuty,
		Ticket: s.Ticket, Message: s.Message, Echo: s.Echo, Program: s.Program, Released: s.Released,
		ComesBack: s.Code != state.Secret{}, Acked: s.Acked(), Wrote: s.Authored(), Stays: len(s.Stays),
	}
	if told := l.sessions[s.ID]; told != nil {
		v.Live = told.feed == live
	}
	if c := l.clients[s.Conn]; c != nil {
		v.Code = c.code
	}
	for _, key := range s.Nick.Keys() {
		if v.Keys++; l.machine.HolderOf(key) == s {
			v.Own++
		}
	}
	return v
}

// Sessions are all that there are, in the order of their nicks.
func (w *Window) Sessions() []SessionView {
	return ask(w, func(l *loop) (all []SessionView) {
		for _, s := range l.machine.View().Sessions {
			all = append(all, l.view(s))
		}
		slices.SortFunc(all, func(a, b SessionView) int { return cmp.Compare(a.Nick.String(), b.Nick.String()) })
		return all
	})
}

// Session is that of a connection; zero: it has none any more.
func (w *Window) Session(c *Client) SessionView { return w.SessionsOf(c)[0] }

// SessionsOf are those of some connections, as Session has them.
func (w *Window) SessionsOf(cs ...*Client) []SessionView {
	return ask(w, func(l *loop) (all []SessionView) {
		for _, c := range cs {
			if c == nil || c.over {
				c = &Client{}
			}
			all = append(all, l.viewOrNone(l.machine.Session(c.id)))
		}
		return all
	})
}

// SessionOf is the session of that code; zero: there is none.
func (w *Window) SessionOf(code string) SessionView {
	return ask(w, func(l *loop) SessionView { return l.viewOrNone(l.machine.WithCode(l.hash(code))) })
}

// Owner is the session that has a nick, or one that looks like it; zero: it is free.
func (w *Window) Owner(n protocol.Nick) SessionView {
	return ask(w, func(l *loop) SessionView { return l.viewOrNone(l.machine.Holder(n)) })
}

func (l *loop) viewOrNone(s *state.Session) SessionView {
	if s == nil {
		return SessionView{}
	}
	return l.view(s)
}

// HeldSessions is how many have lost their connection, and may come back.
func (w *Window) HeldSessions() int {
	return ask(w, func(l *loop) int { return l.machine.View().Held })
}

// Codes is by how many codes a session could be found.
func (w *Window) Codes() int { return ask(w, func(l *loop) int { return l.machine.View().Codes }) }

// NickKeys is how many keys of nicks are taken: two for most.
func (w *Window) NickKeys() int { return ask(w, func(l *loop) int { return l.machine.View().Names }) }

// IsQuiet reports whether all that was decided is told, nothing is to be tried again, and the end has not begun.
func (w *Window) IsQuiet() bool {
	return ask(w, func(l *loop) bool {
		return len(l.uncommitted) == 0 && len(l.lost) == 0 && l.retryAt.IsZero() && !l.stopping
	})
}

// Order is the position of the last intent of several nodes that this one has decided, and a hash of all that is true
// there.
func (w *Window) Order() (position uint64, sum state.Sum) {
	ask(w, func(l *loop) bool {
		position, sum = l.machine.Position(), l.machine.Checksum()
		return true
	})
	return position, sum
}

// Strays is how many connections, sessions and tickets do not lead to each other, or differ between what is true and
// what is told. It must be 0 whenever all is quiet: both are made of the same events.
func (w *Window) Strays() int {
	return ask(w, func(l *loop) (n int) {
		for _, c := range l.clients {
			n += one(c.session != nil && c.session.client != c)
			n += one(c.session != nil && c.session.id != c.id)
		}
		view := l.machine.View()
		for _, s := range view.Sessions {
			n += one(!l.tellsOf(s))
		}
		for _, s := range l.sessions {
			n += one(s.client != nil && s.client.session != s)
		}
		n += one(len(l.sessions) != len(view.Sessions))
		n += one(l.head != l.machine.Head())
		n += one(len(l.operators) != len(view.Operators))
		n += one(len(l.queue.tickets) != len(view.Tickets))
		waiting := func(t *state.Ticket, no protocol.Ticket) bool { return t.No == no }
		return n + one(!slices.EqualFunc(view.Queue, l.queue.waiting, waiting))
	})
}

// tellsOf reports whether the audience has what is true of a session.
func (l *loop) tellsOf(s *state.Session) bool {
	told := l.sessions[s.ID]
	if told == nil {
		return false
	}
	is := told.nick == s.Nick && l.tellsRooms(told, s)
	is = is && told.isThere() == (s.Conn != 0) && told.hasCode == (s.Code != state.Secret{})
	is = is && told.program == s.Program && told.echo == s.Echo && told.operator == s.Operator && told.hearsDesk == s.HearsDesk
	is = is && l.queue.duty[s.ID] == s.OnDuty && (told.front.room == nil || told.ticket == s.Ticket) && told.hasTarget == (s.Target.Ticket != 0)
	return is && (told.client == nil || told.client.conn == s.Conn)
}

// tellsRooms reports whether the audience has a session in the rooms that it is in, each at its place.
func (l *loop) tellsRooms(told *session, s *state.Session) bool {
	n := one(s.Room != protocol.Room{}) + len(s.Watched)
	for _, p := range append([]state.Membership{{Room: s.Room, Entered: s.Entered}}, s.Watched...) {
		m := told.in(p.Room)
		if m == nil {
			continue
		}
		n -= one(m.came == p.Entered && m.of == told && l.rooms[p.Room] == m.room && m.room.members[m.index] == m)
	}
	return n == 0 && told.where() == s.Room && len(told.watched) == len(s.Watched)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Connections is how many clients are attached.
func (w *Window) Connections() int { return ask(w, func(l *loop) int { return len(l.clients) }) }

// Rooms is how many there are beside the desk.
func (w *Window) Rooms() int {
	return ask(w, func(l *loop) int {
		rooms := l.machine.View().Rooms
		delete(rooms, protocol.DeskRoom)
		return len(rooms)
	})
}

// Members is how many are in a room.
func (w *Window) Members(in protocol.Room) int {
	return ask(w, func(l *loop) int { return l.machine.View().Rooms[in] })
}

// CountedStreams are those of the journal whose entries the hub counts.
func (w *Window) CountedStreams() []journal.Stream {
	return ask(w, func(l *loop) []journal.Stream { return slices.Collect(maps.Keys(l.streamSeqs)) })
}

// Pending is how many decisions the journal has.
func (w *Window) Pending() int { return ask(w, func(l *loop) int { return len(l.uncommitted) }) }

// PendingLines is how many of these are lines that sessions have said.
func (w *Window) PendingLines() int {
	return ask(w, func(l *loop) (n int) {
		for _, d := range l.uncommitted {
			n += one(slices.ContainsFunc(d.entries, func(e journal.Entry) bool { return e.Event.IsMessage() }))
		}
		return n
	})
}

// Unfinished is how many things the hub still has to do when something comes or a time is over, but for the ends of
// sessions: decisions, what must be tried again, and clients that wait for something.
func (w *Window) Unfinished() int {
	return ask(w, func(l *loop) int {
		return len(l.uncommitted) + len(l.lost) + len(l.pendingJoins) + len(l.nameWaits)
	})
}

// Outbox is what waits to be written to a client.
func (*Window) Outbox(c *Client) (items, bytes int) {
	synctest.Wait()
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return len(c.out.items), c.out.bytes
}

// Spent is the part that an address has spent of what it may say in a day.
func (w *Window) Spent(at netip.Prefix) float64 {
	return ask(w, func(l *loop) float64 { return l.budgets.share(at) })
}

// TicketView is what a ticket is.
type TicketView struct {
	No       protocol.Ticket
	From     netip.Prefix
	Visitor  uuid.UUID // zero when the session is over
	Operator uuid.UUID // the session that has it; zero: it waits
	First    string    // the first words
	Absent   bool      // the visitor is not there: the connection is broken or, with Message,
	Message  bool      // they have gone, and what was said waits to be answered
}

func (l *loop) ticketView(t *state.Ticket) TicketView {
	v := TicketView{No: t.No, From: t.From.Prefix, First: t.First.String(), Absent: t.Absent, Message: t.Message, Operator: t.Operator}
	if l.machine.Session(t.Session) != nil {
		v.Visitor = t.Session
	}
	return v
}

// Tickets are all that are open, in the order of their numbers.
func (w *Window) Tickets() []TicketView {
	return ask(w, func(l *loop) (all []TicketView) {
		for _, t := range l.machine.View().Tickets {
			all = append(all, l.ticketView(t))
		}
		return all
	})
}

// Ticket is that one; zero: it is not open.
func (w *Window) Ticket(no protocol.Ticket) TicketView {
	for _, t := range w.Tickets() {
		if t.No == no {
			return t
		}
	}
	return TicketView{}
}

// LastTicket is the highest number that was given.
func (w *Window) LastTicket() protocol.Ticket {
	return ask(w, func(l *loop) protocol.Ticket { return l.machine.View().LastTicket })
}

// EndedTickets is of how many tickets it is remembered that they have ended.
func (w *Window) EndedTickets() int {
	return ask(w, func(l *loop) int { return l.machine.View().Ended })
}

// Queue is the tickets that wait at the desk, in the order in which they are listed.
func (w *Window) Queue() []protocol.Ticket {
	return ask(w, func(l *loop) (all []protocol.Ticket) {
		for _, t := range l.machine.View().Queue {
			all = append(all, t.No)
		}
		return all
	})
}

// OperatorsHere are the operators that hear the desk.
func (w *Window) OperatorsHere() []uuid.UUID {
	return ask(w, func(l *loop) (all []uuid.UUID) {
		for _, s := range l.machine.View().Operators {
			all = append(all, s.ID)
		}
		return all
	})
}

// Places is how many places at the desk are taken, or kept.
func (w *Window) Places() int {
	return ask(w, func(l *loop) int { return l.machine.View().Visitors + l.reservations.all })
}

// PlacesOf is how many places at the desk are taken from each address.
func (w *Window) PlacesOf() map[netip.Prefix]int {
	return ask(w, func(l *loop) map[netip.Prefix]int {
		all := l.machine.View().VisitorsFrom
		for at, n := range l.reservations.from {
			all[at] += n
		}
		return all
	})
}

// UnderWay is what the admission counts.
type UnderWay struct {
	Bytes, Untold int
	Waiting       int     // addresses that wait, and requests of them
	Lines, Widest float64 // told lately, and of these in the widest room
}

// UnderWay is what is under way between commands and what is written.
func (w *Window) UnderWay() UnderWay {
	synctest.Wait()
	a := w.r.hub.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	return UnderWay{a.load, a.untold, a.fresh.Len() + a.again.Len() + len(a.addresses), a.lines, a.widest}
}

// ForgetPace has the admission know nothing of what was told so far.
func (w *Window) ForgetPace() {
	synctest.Wait()
	a := w.r.hub.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines, a.widest = 0, 0
}

// Hears reports whether a session is told an entry that stands in one of its streams.
func (s SessionView) Hears(e *journal.Entry) bool {
	l := view{id: s.ID, echo: s.Echo, program: s.Program}
	return l.hears(e)
}

// ForgetTrail has the hub know no more of a conversation than of one of long ago.
func (w *Window) ForgetTrail(no protocol.Ticket) {
	ask(w, func(l *loop) bool {
		l.transcripts.ended = nil
		l.transcripts.forget(no)
		return true
	})
}

// IsIdle reports whether all that a client has asked is answered, or given back. It has no connection any more.
func (c *Client) IsIdle() bool { return c.inflight.TryAcquire(maxInflight) }
