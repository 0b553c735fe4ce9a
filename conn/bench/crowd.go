package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// crowd has the members of one run.
type crowd struct {
	dialect *dialect
	wire    *wire
	clock   clock
	padding []byte
	ids     bool // lines have ids
	members []*member
	rooms   [][]*check // of all members of each room
	inFront int        // members that have the same room in front
	senders []*sender

	begun   int // connections dialled
	opened  int // connections established, ended ones included
	in      int // members that are in their rooms
	leaving int // members that have said goodbye and are still connected
	losses  int // connections that have ended
	why     error
	heard   uint32 // when bytes came last
	gaps    bool   // measure gaps
	tally   tally
	delays  delays
	words   []byte // scratch

	show  func() // nil: progress is not shown
	shown time.Time

	probed time.Time
}

// patience is how long a crowd waits without any input.
const patience = 10 * time.Second

var errSilent = errors.New("the server has said nothing for too long")

// newCrowd makes members in rooms of perRoom (0: all in one); talkers of them are
// senders, spread over the rooms. If each is in several rooms, these follow one another, and
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

// seat makes talkers the senders of a room, and sets up the checks of all its members.
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

// deal shares the senders out to the rooms in turn; a room takes no more than the members that have it in front.
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

// fronting are the members that have a room in front.
func (c *crowd) fronting(room int) []*member {
	first := room * c.inFront
	return c.members[first:min(first+c.inFront, len(c.members))]
}

// witness is the check that shows that the lines of m have arrived. The server most likely serves the last
// member of a room last.
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

// gather connects the first upto members, at most atOnce of them on their way at once, and
// returns when they are in.
func (c *crowd) gather(ctx context.Context, at netip.AddrPort, atOnce, upto int) error {
	for c.in < upto {
		for range dialsAtOnce { // so that connected members need not wait for all dials
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

// dismiss has all but the first upto members leave, at most atOnce of them on their way
// at once, and returns when they have left. New members may come in their places.
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

// probe is for a server without a greeting: a member is in when it has heard a line,
// so the first and the last member say one now and then.
func (c *crowd) probe() {
	if c.dialect.silent && c.opened == c.begun && time.Since(c.probed) > 2*time.Millisecond {
		c.probed = time.Now()
		c.members[0].say([]byte("can you hear me?\n"))
		c.members[c.begun-1].say([]byte("can you hear me?\n"))
	}
}

// source spreads connections over the addresses of the loopback net, so that there
// are enough ports for all of them, run after run.
func source(at netip.AddrPort, i int) netip.Addr {
	if !hasLoopbackNet || !at.Addr().Is4() || !at.Addr().IsLoopback() {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i/1000%64)})
}

// poll handles input, and fails if none comes for too long or
// the server has ended a connection.
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

// settle waits for a silence, which shows that the server has told of all members that came or left.
func (c *crowd) settle(ctx context.Context) error {
	c.heard = c.clock.now()
	for !c.isQuiet(300 * time.Millisecond) {
		if err := c.poll(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// drain waits until all members that read have seen all lines, or until the rest
// counts as lost.
func (c *crowd) drain(ctx context.Context) error {
	c.heard = c.clock.now()
	for end := time.Now().Add(patience); !c.isServed() && !c.isQuiet(stalled) && time.Now().Before(end); {
		if err := c.poll(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// stalled is the silence after which missing lines count as lost.
const stalled = 3 * time.Second

func (c *crowd) isServed() bool {
	for _, m := range c.members {
		if !m.deaf && c.missing(m) > 0 {
			return false
		}
	}
	return true
}

// missing is how many of the last lines m has not seen.
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

// lose handles a connection that the crowd has not ended.
func (c *crowd) lose(m *member) {
	if m.deaf {
		return // a server may kick a member that does not read
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

// account closes the accounts: a line that never came is lost, and if the dialect promises
// an order, each member is compared with the first in its room.
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
