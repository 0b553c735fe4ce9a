package hub

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Visitors who have gone leave tickets at the desk: messages, and those of the absent, who may
// come back. These take no place of visitors who are there, and have bounds of their own, in all
// and for an address; beyond them the oldest goes, in all of the address that has most. What an
// operator has counts no more, and does not go.
//
//	there ──breaks──> absent ──not back in time──> gone
//	  │                 └─ with a word, and nobody on duty ─┐
//	  └────── the same, and goes ──────────────> message <──┘ ──a week──> gone
//
// However many go, the operators are told of it once a minute.

const (
	maxAtOnce = 128 // conversations that end in one proposal
	tellEvery = time.Minute
)

// dropped counts what has gone and is not told yet.
type dropped struct {
	log, operators losses    // that the one and the others are not told of; operators may come later
	told           time.Time // the log or the operators, last
}

func (d *dropped) add(more losses) {
	for _, sum := range []*losses{&d.log, &d.operators} {
		sum.messages, sum.absent, sum.expired = sum.messages+more.messages, sum.absent+more.absent, sum.expired+more.expired
	}
}

// losses count what is not kept at the desk any more.
type losses struct {
	messages int // since there were too many
	absent   int // visitors who might have come back, for the same reason
	expired  int // messages that nobody has answered in time
}

// tidyDesk ends what has waited too long, and what is too much.
func (r *run) tidyDesk(now time.Time) {
	d := &r.desk
	if due := d.expired(now.Add(-r.opts.Messages)); len(due) > 0 {
		r.dropped.add(losses{expired: len(due)})
		r.drop(due, protocol.Silent)
	}
	if more := surplus(d.messages, r.opts.MessagesPerAddress, r.opts.MessagesKept); len(more) > 0 {
		r.dropped.add(losses{messages: len(more)})
		r.drop(more, protocol.Full)
	}
	if more := surplus(d.absent, r.opts.VisitorsPerAddress, r.opts.Visitors); len(more) > 0 {
		r.dropped.add(losses{absent: len(more)})
		r.drop(more, protocol.Full)
	}
	r.tellDropped(now)
}

// expired are the messages that were left before a time.
func (d *desk) expired(before time.Time) (due []*ticket) {
	for _, t := range d.messages {
		if t.left.After(before) {
			break
		}
		if t.mayGo() {
			due = append(due, t)
		}
	}
	return due
}

// expiry is when the next message was left that may expire; zero: there is none.
func (d *desk) expiry() time.Time {
	if i := slices.IndexFunc(d.messages, (*ticket).mayGo); i >= 0 {
		return d.messages[i].left
	}
	return time.Time{}
}

// mayGo reports whether nobody has t or is on the way to it.
func (t *ticket) mayGo() bool {
	v := t.visitor
	return !t.ending && t.owner() == nil && (v == nil || v.client == nil || v.visiting != t.no)
}

// surplus are those of ts, which are in the order in which they went, that are more than
// perAddress of one address or more than most in all.
func surplus(ts []*ticket, perAddress, most int) (more []*ticket) {
	if len(ts) <= min(perAddress, most) {
		return nil
	}
	of := map[netip.Prefix][]*ticket{}
	count := 0
	for _, t := range ts {
		if !t.mayGo() {
			continue
		}
		from := t.from.Prefix
		of[from] = append(of[from], t)
		count++
		if from.IsValid() && len(of[from]) > perAddress {
			more, of[from] = append(more, of[from][0]), of[from][1:]
			count--
		}
	}
	for ; count > most; count-- {
		from := busiest(of)
		more, of[from] = append(more, of[from][0]), of[from][1:]
	}
	return more
}

// busiest is the address of which most are, and of several such that of the oldest.
func busiest(of map[netip.Prefix][]*ticket) (from netip.Prefix) {
	for p, ts := range of {
		if n := len(of[from]); len(ts) > n || len(ts) == n && n > 0 && ts[0].left.Before(of[from][0].left) {
			from = p
		}
	}
	return from
}

// drop ends conversations of visitors who have gone, and with them the sessions that are
// held for no other reason.
func (r *run) drop(ts []*ticket, why protocol.Reason) {
	for group := range slices.Chunk(ts, maxAtOnce) {
		var over []*member
		var entries []journal.Entry
		for _, t := range group {
			t.ending = true
			if v := t.visitor; v != nil && v.visiting == t.no {
				over = append(over, v)
				r.unhold(v)
				r.release(v, v.nick)
				r.forgetToken(v)
				v.gone, v.visiting = true, 0
			} else if v != nil {
				v.message = 0
			}
			author := &member{listener: listener{id: t.session}} // perhaps the session is over
			entries = append(entries, r.deskEntry(author, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Gone, Reason: why, Many: true}))
		}
		p := proposal{entries: entries}
		p.done = func() {
			for _, v := range over {
				r.end(v)
			}
		}
		p.failed = func() { r.again(&member{}, func() { r.propose(p) }) } // the group as a whole: it is no one member's
		r.propose(p)
	}
}

// tellDropped tells the log and the operators what has gone, once a minute.
func (r *run) tellDropped(now time.Time) {
	if due := r.dropDue(); due.IsZero() || now.Before(due) {
		return
	}
	d := &r.dropped
	d.told = now
	if d.log != (losses{}) {
		r.hub.news("what waited at the desk was dropped", "messages", d.log.messages, "absent", d.log.absent, "expired", d.log.expired)
		d.log = losses{}
	}
	if !r.isAttended() {
		return
	}
	words := d.operators.sentences(r.opts)
	d.operators = losses{}
	for _, m := range r.desk.operators {
		for _, w := range words {
			if m.client != nil {
				r.tellOne(m.client, protocol.Notice{Text: protocol.MustText(w)})
			}
		}
	}
}

// dropDue is when somebody may be told of what has gone; zero: there is nothing, or nobody.
func (r *run) dropDue() (due time.Time) {
	if d := &r.dropped; d.log != (losses{}) || d.operators != (losses{}) && r.isAttended() {
		return d.told.Add(tellEvery)
	}
	return due
}

// isAttended reports whether an operator is connected.
func (r *run) isAttended() bool {
	return slices.ContainsFunc(r.desk.operators, func(m *member) bool { return m.client != nil })
}

func (d losses) sentences(o *Options) (words []string) {
	if d.messages > 0 {
		words = append(words, were(d.messages, "message")+" dropped at the desk, the oldest first: "+o.messagesKept())
	}
	if d.absent > 0 {
		words = append(words, fmt.Sprintf("%s dropped at the desk who had lost the connection: too many had", were(d.absent, "visitor")))
	}
	if d.expired > 0 {
		has := "have"
		if d.expired == 1 {
			has = "has"
		}
		words = append(words, fmt.Sprintf("%s %s expired at the desk: nobody has answered for too long", plural(d.expired, "message"), has))
	}
	return words
}

// messagesKept is how many messages are kept, in words.
func (o *Options) messagesKept() string {
	switch all, one := o.MessagesKept, o.MessagesPerAddress; {
	case one == math.MaxInt:
		return fmt.Sprintf("%d are kept", all)
	case all == math.MaxInt:
		return fmt.Sprintf("%d of one address are kept", one)
	default:
		return fmt.Sprintf("%d of one address are kept, and %d in all", one, all)
	}
}

func were(n int, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return plural(n, what) + " were"
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// keepUnread remembers a session whose conversation was closed while it was away: it may
// come back to read how that ended. Of such sessions a thousand are kept, the last ones.
func (r *run) keepUnread(v *member) {
	r.unread = slices.DeleteFunc(r.unread, func(m *member) bool { return m == v || m.until.IsZero() })
	if r.unread = append(r.unread, v); len(r.unread) > maxUnread {
		r.endHeld(r.unread[0])
		r.unread = slices.Delete(r.unread, 0, 1)
	}
}

const maxUnread = 1000
