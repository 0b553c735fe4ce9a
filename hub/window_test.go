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
	"chinwag/protocol"
)

// Bounds of what is kept, as tests of them name them.
const (
	Calm        = calm
	FirstBound  = firstBound
	LongSilence = longSilence
	MaxAtOnce   = maxAtOnce
	MaxFound    = maxFound
	MaxIgnored  = maxIgnored
	MaxLately   = maxLately
	MaxNames    = maxNames
	MaxPassed   = maxPassed
	MaxRefs     = maxRefs
	MaxTurns    = maxTurns
	MaxUnread   = maxUnread
	MaxVisits   = maxVisits
	MaxWaited   = maxWaited
	MaxWrote    = maxWrote
	Moment      = moment
	PageLines   = pageLines
	ShortTime   = shortTime
)

// SecretSaid is what somebody is told who was about to tell others a code.
var SecretSaid = secretSaid.Text

// Window is what tests ask a hub about that nobody is told: how much there is of a thing that
// must not grow, and what a session, a room or a ticket is just now. It asks while everything
// waits in a synctest bubble. All other tests of the hub look at it from outside; so what is in
// it may change, and the tests stay.
type Window struct{ r *run }

// Watch is what runs h, and a window into it.
func Watch(h *Hub) (*Window, func(context.Context) error) {
	r := newRun(h)
	return &Window{r}, r.loop
}

// ask lets f look at what the hub's goroutine owns. Then that goroutine takes a request that
// changes nothing: so the race detector knows that it goes on after this.
func ask[T any](w *Window, f func(r *run) T) T {
	synctest.Wait()
	v := f(w.r)
	_ = w.r.hub.send(context.Background(), arrive{c: newClient(w.r.hub)})
	return v
}

// SessionView is what a session is.
type SessionView struct {
	ID        uuid.UUID
	Nick      protocol.Nick
	Code      string // by which it comes back; "" for one that cannot
	Room      protocol.Room
	Connected bool
	Live      bool // it is told what is said at once, and not behind
	Operator  bool
	Serves    bool            // it is an operator who is here, and hears the desk
	Duty      bool            // and takes visitors
	Ticket    protocol.Ticket // its conversation at the desk; 0: none
	Message   protocol.Ticket // that it left there; 0: none
	Echo      bool            // it hears its own lines
	Program   bool
	Released  bool // its nick is free again, although it may come back
	Keys, Own int  // how many keys its nick has, and how many of them lead to it
	Settled   bool // nothing is under way that ends it for good, or changes its nick or its room
	Awaits    int  // answers that it is told when something is decided
	Acked     int  // ids of messages that are known when they are sent again
	Wrote     int  // streams that are remembered for Forget
	Stays     int  // in rooms, that are remembered for who comes back
}

func (r *run) view(m *member) SessionView {
	v := SessionView{
		ID: m.id, Nick: m.nick, Room: m.where(), Connected: m.client != nil, Live: m.live,
		Operator: m.operator, Serves: m.serves, Duty: m.duty, Ticket: m.visiting, Message: m.message,
		Echo: m.echo, Program: m.program, Released: m.released,
		Settled: m.called == protocol.Nick{} && m.bound == m.where() && !(m.gone && m.token == ""),
		Acked:   m.refs.len(), Wrote: len(m.wrote), Stays: len(m.visits),
	}
	v.Awaits = len(m.onRoom) + one(r.onName[m] != nil)
	if m.refs != nil {
		for _, all := range m.refs.asked {
			v.Awaits += len(all)
		}
	}
	if !m.kicked {
		v.Code = m.token
	}
	for _, key := range m.nick.Keys() {
		if v.Keys++; r.names[key] == m {
			v.Own++
		}
	}
	return v
}

func (r *refs) len() int {
	if r == nil {
		return 0
	}
	return max(len(r.seqs), len(r.order))
}

// Sessions are all that there are, in the order of their nicks.
func (w *Window) Sessions() []SessionView {
	return ask(w, func(r *run) (all []SessionView) {
		for _, m := range r.members {
			all = append(all, r.view(m))
		}
		slices.SortFunc(all, func(a, b SessionView) int { return cmp.Compare(a.Nick.String(), b.Nick.String()) })
		return all
	})
}

// Session is that of a connection; zero: it has none any more.
func (w *Window) Session(c *Client) SessionView { return w.SessionsOf(c)[0] }

// SessionsOf are those of some connections, as Session has them.
func (w *Window) SessionsOf(cs ...*Client) []SessionView {
	return ask(w, func(r *run) (all []SessionView) {
		for _, c := range cs {
			if c == nil {
				c = &Client{}
			}
			all = append(all, r.viewOrNone(c.member))
		}
		return all
	})
}

// SessionOf is the session of that code; zero: there is none.
func (w *Window) SessionOf(code string) SessionView {
	return ask(w, func(r *run) SessionView { return r.viewOrNone(r.tokens[code]) })
}

// Owner is the session that has a nick, or one that looks like it; zero: it is free.
func (w *Window) Owner(n protocol.Nick) SessionView {
	return ask(w, func(r *run) SessionView { return r.viewOrNone(r.holder(n)) })
}

func (r *run) viewOrNone(m *member) SessionView {
	if m == nil {
		return SessionView{}
	}
	return r.view(m)
}

// HeldSessions is how many have lost their connection, and may come back.
func (w *Window) HeldSessions() int { return ask(w, func(r *run) int { return len(r.held) }) }

// Codes is by how many codes a session could be found.
func (w *Window) Codes() int { return ask(w, func(r *run) int { return len(r.tokens) }) }

// NickKeys is how many keys of nicks are taken: two for most.
func (w *Window) NickKeys() int { return ask(w, func(r *run) int { return len(r.names) }) }

// Strays is how many names, codes and connections lead to a session that is over, or that does
// not lead back.
func (w *Window) Strays() int {
	return ask(w, func(r *run) (n int) {
		for _, m := range r.names {
			n += one(r.members[m.id] != m)
		}
		for code, m := range r.tokens {
			n += one(r.members[m.id] != m || m.token != code)
		}
		for c := range r.clients {
			n += one(c.member != nil && c.member.client != c)
		}
		for _, m := range r.members {
			n += one(m.client != nil && m.client.member != m)
		}
		return n
	})
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Connections is how many clients are attached.
func (w *Window) Connections() int { return ask(w, func(r *run) int { return len(r.clients) }) }

// Rooms is how many there are beside the desk.
func (w *Window) Rooms() int { return ask(w, func(r *run) int { return len(r.rooms) - 1 }) }

// Members is how many are in a room.
func (w *Window) Members(in protocol.Room) int {
	return ask(w, func(r *run) int {
		if room := r.rooms[in]; room != nil {
			return len(room.members)
		}
		return 0
	})
}

// CountedStreams are those of the record whose entries the hub counts.
func (w *Window) CountedStreams() []journal.Stream {
	return ask(w, func(r *run) []journal.Stream { return slices.Collect(maps.Keys(r.nth)) })
}

// Pending is how many proposals the journal has.
func (w *Window) Pending() int { return ask(w, func(r *run) int { return r.pending }) }

// PendingLines is how many of these are lines that somebody has said.
func (w *Window) PendingLines() int { return ask(w, func(r *run) int { return r.lines }) }

// Unfinished is how many things the hub still has to do when something comes or a time is over,
// but for the ends of sessions: proposals, what must be tried again, and who waits for something.
func (w *Window) Unfinished() int {
	return ask(w, func(r *run) int {
		return r.pending + len(r.retry) + len(r.onName) + len(r.onEnd) + len(r.silent) + len(r.patients)
	})
}

// Outbox is what waits to be written to a client.
func (w *Window) Outbox(c *Client) (items, bytes int) {
	synctest.Wait()
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return len(c.out.items), c.out.bytes
}

// Spent is the part that an address has spent of what it may say in a day.
func (w *Window) Spent(at netip.Prefix) float64 {
	return ask(w, func(r *run) float64 { return r.budgets.share(at) })
}

// TicketView is what a ticket is.
type TicketView struct {
	No       protocol.Ticket
	From     netip.Prefix
	Visitor  uuid.UUID // zero when the session is over
	Operator uuid.UUID // who has it; zero: it waits
	First    string    // the first words
	Absent   bool      // the visitor is not there: the connection is broken or, with Message,
	Message  bool      // they have gone, and what was said waits to be answered
}

func (t *ticket) view() TicketView {
	v := TicketView{No: t.no, From: t.from.Prefix, First: t.first.String(), Absent: t.lost, Message: t.message}
	if t.visitor != nil {
		v.Visitor = t.visitor.id
	}
	if t.by != nil {
		v.Operator = t.by.id
	}
	return v
}

// Tickets are all that are open, in the order of their numbers.
func (w *Window) Tickets() []TicketView {
	return ask(w, func(r *run) (all []TicketView) {
		for _, t := range r.desk.tickets {
			all = append(all, t.view())
		}
		slices.SortFunc(all, func(a, b TicketView) int { return cmp.Compare(a.No, b.No) })
		return all
	})
}

// Ticket is that one; zero: it is not open.
func (w *Window) Ticket(no protocol.Ticket) TicketView {
	return ask(w, func(r *run) TicketView {
		if t := r.desk.tickets[no]; t != nil {
			return t.view()
		}
		return TicketView{}
	})
}

// LastTicket is the highest number that was given.
func (w *Window) LastTicket() protocol.Ticket {
	return ask(w, func(r *run) protocol.Ticket { return r.tickets })
}

// EndedTickets is of how many tickets it is remembered that they have ended.
func (w *Window) EndedTickets() int { return ask(w, func(r *run) int { return len(r.desk.lately) }) }

// Queue is who waits at the desk, in the order in which they are listed.
func (w *Window) Queue() []protocol.Ticket {
	return ask(w, func(r *run) (all []protocol.Ticket) {
		for _, t := range r.desk.queue {
			all = append(all, t.no)
		}
		return all
	})
}

// OperatorsHere are those who hear the desk.
func (w *Window) OperatorsHere() []uuid.UUID {
	return ask(w, func(r *run) (all []uuid.UUID) {
		for _, m := range r.desk.operators {
			all = append(all, m.id)
		}
		return all
	})
}

// Places is how many places at the desk are taken.
func (w *Window) Places() int { return ask(w, func(r *run) int { return r.desk.places }) }

// PlacesOf is how many places at the desk are taken from each address.
func (w *Window) PlacesOf() map[netip.Prefix]int {
	return ask(w, func(r *run) map[netip.Prefix]int { return maps.Clone(r.desk.placesFrom) })
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
	return UnderWay{a.load, a.untold, a.fresh.Len() + a.again.Len() + len(a.turns), a.lines, a.widest}
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
	l := listener{id: s.ID, echo: s.Echo, program: s.Program}
	return l.hears(e)
}

// ForgetTrail has the hub know no more of a conversation than of one of long ago.
func (w *Window) ForgetTrail(no protocol.Ticket) {
	ask(w, func(r *run) bool {
		r.desk.trails.ended = nil
		r.desk.trails.forget(no)
		return true
	})
}
