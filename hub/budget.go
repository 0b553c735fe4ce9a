package hub

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// An address has a budget of bytes by which it makes the journal grow in a day. Spent bytes come back evenly, all of
// them in a day. At nine tenths the clients at the address are warned. When all is spent, commands that would make the
// journal grow are refused, and all else works; comings and goings are still recorded, from a reserve of an eighth.
// When that is spent too, connections from the address are turned away. Operators have no budget: they are trusted, and
// must be heard beside a client that floods from the same address.

const (
	day        = 24 * time.Hour
	maxBudgets = 4096 // addresses with expenses; beyond, those that have spent least are forgotten
	maxSpent   = 10   // addresses a minute that are reported to the operator when they have spent all

	reserve = 1. / 8 // of a budget, for coming and going

	entryCost = 120 // bytes of an entry in the file beside its words, about
)

// entryBytes is by how many bytes e makes the journal grow, about: its words are stored, and indexed.
func entryBytes(e *journal.Entry) float64 {
	if e.Event.IsMessage() {
		from, words := protocol.Words(e.Event)
		return entryCost + float64(len(from.String())) + float64(len(words.String()))*7/2
	}
	return entryCost + float64(len(protocol.AppendEventJSON(nil, e.Event.WithMeta(protocol.Meta{}))))
}

// budgets are what the addresses have spent.
type budgets struct {
	most    float64 // 0: no limit
	of      map[netip.Prefix]*budget
	minute  time.Time // beginning of the minute in which the operator was told of so many addresses
	counted int
}

type budget struct {
	spent float64
	at    time.Time // of that amount
	told  time.Time // when the operator was told that all is spent
}

func newBudgets(most int64) budgets {
	return budgets{most: float64(max(0, most)), of: map[netip.Prefix]*budget{}}
}

// spend counts bytes from an address; a negative amount gives them back.
func (b *budgets) spend(at netip.Prefix, bytes float64) {
	if b.most == 0 || !at.IsValid() { // the server's own terminal has no address
		return
	}
	a, now := b.of[at], time.Now()
	if a == nil {
		b.tidy(now)
		a = &budget{at: now}
		b.of[at] = a
	}
	a.spent = max(0, b.spentBy(a, now)+bytes)
	a.at = now
}

// spentBy is what a has spent and not got back.
func (b *budgets) spentBy(a *budget, now time.Time) float64 {
	return max(0, a.spent-b.most*float64(now.Sub(a.at))/float64(day))
}

// share is the part of its budget that an address has spent: 1 is all.
func (b *budgets) share(at netip.Prefix) float64 {
	a := b.of[at]
	if a == nil {
		return 0
	}
	return b.spentBy(a, time.Now()) / b.most
}

// isOver reports whether connections from an address are turned away.
func (b *budgets) isOver(at netip.Prefix) bool { return b.most > 0 && b.share(at) >= 1+reserve }

// tidy makes room for another address: those that have spent nothing are forgotten and, where that is not enough, those
// that have spent least. So a budget cannot be renewed by bringing many addresses.
func (b *budgets) tidy(now time.Time) {
	if len(b.of) < maxBudgets {
		return
	}
	maps.DeleteFunc(b.of, func(_ netip.Prefix, a *budget) bool { return b.spentBy(a, now) == 0 })
	if len(b.of) <= maxBudgets/2 {
		return
	}
	order := slices.SortedFunc(maps.Keys(b.of), func(x, y netip.Prefix) int {
		return cmp.Compare(b.spentBy(b.of[x], now), b.spentBy(b.of[y], now))
	})
	for _, at := range order[:len(order)-maxBudgets/2] {
		delete(b.of, at)
	}
}

// isNews reports whether the operator is to be told that at has spent all: once a day, and of few addresses at once.
// last says that further addresses are not named.
func (b *budgets) isNews(at netip.Prefix) (news, last bool) {
	a, now := b.of[at], time.Now()
	if a == nil || !a.told.IsZero() && now.Sub(a.told) < day {
		return false, false
	}
	if now.Sub(b.minute) > time.Minute {
		b.minute, b.counted = now, 0
	}
	a.told = now
	b.counted++
	return b.counted <= maxSpent+1, b.counted > maxSpent
}

// expense is what an address has spent.
type expense struct {
	at    netip.Prefix
	bytes float64
}

// spend counts what the entries of a decision cost the addresses of their authors.
func (l *loop) spend(d *decision) (all []expense) {
	if l.budgets.most == 0 {
		return nil
	}
	for i := range d.entries {
		e := &d.entries[i]
		at := l.payer(d, e.Author)
		if !at.IsValid() {
			continue
		}
		bytes := entryBytes(e)
		l.budgets.spend(at, bytes)
		if n := len(all); n > 0 && all[n-1].at == at {
			all[n-1].bytes += bytes
		} else {
			all = append(all, expense{at, bytes})
		}
	}
	return all
}

// payer is the address whose budget pays for what a session does; zero: none.
func (l *loop) payer(d *decision, author uuid.UUID) (at netip.Prefix) {
	switch s := l.machine.Session(author); {
	case s != nil && !s.Operator:
		return s.At
	case s == nil && d.c != nil && !d.c.Operator: // its session ended by its own command
		return d.c.From.Prefix
	}
	return at
}

// refund undoes spend for what was not recorded: by now the author may have another address, be an operator, or be
// gone.
func (l *loop) refund(all []expense) {
	for _, s := range all {
		l.budgets.spend(s.at, -s.bytes)
	}
}

// checkBudget returns the refusal of c's command if its address has spent its budget. A client whose address has nearly
// spent it is warned, once a day.
func (l *loop) checkBudget(c *Client, cmd protocol.Command, ref protocol.Ref) *protocol.Refusal {
	if l.budgets.most == 0 {
		return nil
	}
	s := l.stateOf(c)
	if s == nil || s.Operator || !l.records(s, cmd, ref) {
		return nil
	}
	switch share := l.budgets.share(s.At); {
	case share >= 1:
		l.reportSpent(s.At)
		return budgetSpent
	case share >= 0.9 && (c.warned.IsZero() || time.Since(c.warned) >= day):
		c.warned = time.Now()
		l.send(c, budgetNearlySpent, 0)
	}
	return nil
}

// records reports whether cmd would make the journal grow. A line that is sent again does not; nor does leaving.
func (*loop) records(s *state.Session, cmd protocol.Command, ref protocol.Ref) bool {
	switch cmd := cmd.(type) {
	case protocol.Say, protocol.Me, protocol.Msg:
		return !s.HasSaid(ref)
	case protocol.Desk:
		return !s.HasSaid(ref) && (!cmd.Text.IsBlank() || s.Room != protocol.DeskRoom)
	case protocol.Topic:
		return !cmd.Text.IsBlank()
	case protocol.Away:
		return !cmd.Text.IsBlank() // else it is back
	case protocol.Join:
		return s.Room != cmd.Room
	case protocol.Rename:
		return true
	}
	return false
}

func (l *loop) reportSpent(at netip.Prefix) {
	news, last := l.budgets.isNews(at)
	switch {
	case !news:
	case last:
		l.hub.warn("what is said from other addresses is refused, too, and these are so many that they are not named for a minute")
	default:
		l.hub.warn("what is said from " + AddressName(at) + " is refused, since it has made the journal grow as much as one address may in a day: --per-address-bytes allows more")
	}
}

// AddressName is the name, in the log, of what counts as one address.
func AddressName(at netip.Prefix) string {
	switch {
	case !at.IsValid():
		return "who has no internet address"
	case at.IsSingleIP():
		return at.Addr().String()
	}
	return at.String()
}
