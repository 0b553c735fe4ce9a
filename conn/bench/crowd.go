package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// crowd is all the members of one run.
type crowd struct {
	dialect *dialect
	wire    *wire
	clock   clock
	padding []byte
	ids     bool // of lines
	members []*member
	rooms   [][]*check // of all members of each room
	inFront int        // members who have the same room in front
	senders []*sender

	begun   int // connections that were asked for
	opened  int // connections that are there, or were
	in      int // members who are where they want to be
	leaving int // members who have said goodbye and are there still
	losses  int // connections that have ended
	why     error
	heard   uint32 // when something came last
	gaps    bool   // measure them
	tally   tally
	delays  delays
	words   []byte // scratch

	show  func() // nil: there is nobody to show it to
	shown time.Time

	probed time.Time
}

// patience is how long a crowd waits while nothing at all comes.
const patience = 10 * time.Second

var errSilent = errors.New("the server has said nothing for too long")

// newCrowd makes members in rooms of perRoom (0: all in one), as many of whom as talkers are
// senders, spread over the rooms. Where each is in several rooms, these follow one another, and
// the first room comes after the last. No member is connected yet.
func newCrowd(o Options, perRoom, talkers int) (*crowd, error) {
	d, err := dialectNamed(o.Dialect)
	if err != nil {
		return nil, err
	}
	all, each := o.Members+o.Guests, max(1, o.Rooms)
	if perRoom <= 0 || !d.rooms {
		perRoom = all
	}
	c := &crowd{dialect: d, clock: clock{time.Now()}, padding: padding(o.Size), ids: o.Ids, inFront: max(1, perRoom/each)}
	c.wire = newWire(c.clock)
	c.rooms = make([][]*check, (all+c.inFront-1)/c.inFront)
	for i := range all {
		c.members = append(c.members, c.newMember(i, min(each, len(c.rooms))))
	}
	for room, share := range c.deal(talkers) {
		c.seat(c.fronting(room)[:share], c.rooms[room])
	}
	return c, nil
}

// newMember makes a member of so many rooms.
func (c *crowd) newMember(index, rooms int) *member {
	m := &member{crowd: c, index: index, checks: make([]check, rooms)}
	for i := range m.checks {
		room := (index/c.inFront + i) % len(c.rooms)
		m.checks[i] = check{tally: &c.tally, room: room}
		c.rooms[room] = append(c.rooms[room], &m.checks[i])
	}
	return m
}

// seat makes talkers the senders of a room, and has all its members keep account of them.
func (c *crowd) seat(talkers []*member, all []*check) {
	base := uint32(len(c.senders))
	for _, k := range all {
		k.base, k.next = base, make([]uint32, len(talkers))
	}
	for i, m := range talkers {
		m.sender = &sender{member: m, id: base + uint32(i), witness: c.witness(m, all)}
		c.senders = append(c.senders, m.sender)
	}
}

// deal gives each room its part of the senders, one after the other; a room takes no more than have it in front.
func (c *crowd) deal(talkers int) (shares []int) {
	shares = make([]int, len(c.rooms))
	for room := 0; talkers > 0; room = (room + 1) % len(shares) {
		if shares[room] < len(c.fronting(room)) {
			shares[room]++
			talkers--
		}
	}
	return shares
}

// fronting are all members that have a room in front.
func (c *crowd) fronting(room int) []*member {
	first := room * c.inFront
	return c.members[first:min(first+c.inFront, len(c.members))]
}

// witness is what tells that what m says has arrived. The last member of a room
// is most likely the last who is served.
func (c *crowd) witness(m *member, all []*check) *check {
	last, own := all[len(all)-1], &m.checks[0]
	switch {
	case c.dialect.echoes:
		return own
	case last == own && len(all) > 1:
		return all[len(all)-2]
	}
	return last
}

const dialsAtOnce = 64

// gather connects the first upto members, no more than that many of them on their way at once, and
// returns when they are in.
func (c *crowd) gather(ctx context.Context, at netip.AddrPort, atOnce, upto int) error {
	for c.in < upto {
		for range dialsAtOnce { // so that who is there need not wait for all the others
			if c.begun == upto || c.begun-c.in >= atOnce {
				break
			}
			c.wire.dial(c.members[c.begun], source(at, c.begun), at)
			c.begun++
			c.heard = c.clock.now()
		}
		if err := c.poll(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d are in: %w", c.in, upto, err)
		}
		c.probe()
	}
	return nil
}

// dismiss has all but the first upto members leave, no more than that many of them on their way
// at once, and returns when they have left. Others may come in their places.
func (c *crowd) dismiss(ctx context.Context, atOnce, upto int) error {
	for c.in > upto {
		for c.in-c.leaving > upto && c.leaving < atOnce {
			m := c.members[c.in-c.leaving-1]
			m.leaving = true
			c.leaving++
			m.say(append(c.words[:0], c.dialect.quit...))
		}
		if err := c.poll(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d have not left: %w", c.in-upto, c.begun-upto, err)
		}
	}
	for i := upto; i < c.begun; i++ {
		was := c.members[i]
		c.members[i] = &member{crowd: c, index: i, checks: was.checks}
	}
	c.begun = upto
	return nil
}

// probe is how to know of a server which greets nobody that it has taken them: they
// are in when they have heard something, so the first and the last say something now and then.
func (c *crowd) probe() {
	if c.dialect.silent && c.opened == c.begun && time.Since(c.probed) > 2*time.Millisecond {
		c.probed = time.Now()
		c.members[0].say([]byte("can you hear me?\n"))
		c.members[c.begun-1].say([]byte("can you hear me?\n"))
	}
}

// source spreads connections over addresses of the loopback net, so that there
// are ports enough for all of them, run after run.
func source(at netip.AddrPort, i int) netip.Addr {
	if !hasLoopbackNet || !at.Addr().Is4() || !at.Addr().IsLoopback() {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i/1000%64)})
}

// poll waits for what comes, and gives up when nothing has come for too long or
// a connection has ended that nobody ended.
func (c *crowd) poll(ctx context.Context, wait time.Duration) error {
	c.wire.poll(wait)
	c.progress()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case c.losses > 0:
		return fmt.Errorf("%d connections have ended: %w", c.losses, c.why)
	case c.isQuiet(patience):
		return errSilent
	}
	return nil
}

func (c *crowd) isQuiet(since time.Duration) bool {
	return time.Duration(c.clock.now()-c.heard)*time.Microsecond > since
}

// settle waits until what the server tells of the newcomers is told.
func (c *crowd) settle(ctx context.Context) error {
	c.heard = c.clock.now()
	for !c.isQuiet(300 * time.Millisecond) {
		if err := c.poll(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// drain waits until all who listen have seen all that was said, or it is plain that
// they will not.
func (c *crowd) drain(ctx context.Context) error {
	c.heard = c.clock.now()
	for end := time.Now().Add(patience); !c.isServed() && !c.isQuiet(stalled) && time.Now().Before(end); {
		if err := c.poll(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// stalled is how long nothing comes of what was said before it counts as lost.
const stalled = 3 * time.Second

func (c *crowd) isServed() bool {
	for _, m := range c.members {
		if !m.deaf && c.missing(m) > 0 {
			return false
		}
	}
	return true
}

// missing is how many lines m has not seen of what was said last.
func (c *crowd) missing(m *member) (n int) {
	for _, k := range m.checks {
		for i, next := range k.next {
			s := c.senders[int(k.base)+i]
			if s.member != m || c.dialect.echoes {
				n += max(0, int(s.sent)-int(next))
			}
		}
	}
	return n
}

// lose is told of connections that nobody here has ended.
func (c *crowd) lose(m *member) {
	if m.deaf {
		return // whoever does not read may be thrown out
	}
	if m.leaving {
		c.leaving--
		c.in--
		return
	}
	c.losses++
	c.why = fmt.Errorf("%s: %w", m.nick(), m.gone)
}

// leave ends all connections.
func (c *crowd) leave() {
	for _, m := range c.members {
		c.wire.close(m)
	}
	c.wire.stop()
}

// account closes the accounts: what never came is lost, and where the order is
// promised, that of each member is that of the first in its room.
func (c *crowd) account() tally {
	for _, m := range c.members {
		if m.deaf {
			continue
		}
		c.tally.lost += c.missing(m)
		for _, k := range m.checks {
			if c.dialect.ordered && k.order != c.rooms[k.room][0].order {
				c.tally.disordered++
			}
		}
	}
	return c.tally
}
