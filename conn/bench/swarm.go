package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// swarm has the peers of one run.
type swarm struct {
	dialect *dialect
	wire    *wire
	clock   clock
	padding []byte
	ids     bool // lines have ids
	peers   []*peer
	rooms   [][]*ledger // of all peers of each room
	inFront int         // peers that have the same room in front
	senders []*sender

	begun   int // connections dialled
	opened  int // connections established, ended ones included
	in      int // peers that are in their rooms
	leaving int // peers that have said goodbye and are still connected
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

// patience is how long a swarm waits without any input.
const patience = 10 * time.Second

var errSilent = errors.New("the server has said nothing for too long")

// newSwarm makes peers in rooms of perRoom (0: all in one); talkers of them are senders, spread over the rooms. If each
// is in several rooms, these follow one another, and the first room comes after the last. No peer is connected yet.
func newSwarm(o Options, perRoom, talkers int) (*swarm, error) {
	d, err := dialectNamed(o.Dialect)
	if err != nil {
		return nil, err
	}
	all, each := o.Members+o.Guests, max(1, o.RoomsEach)
	if perRoom <= 0 || !d.rooms {
		perRoom = all
	}
	s := &swarm{dialect: d, clock: clock{time.Now()}, padding: padding(o.Size), ids: o.IDs, inFront: max(1, perRoom/each)}
	s.wire = newWire(s.clock)
	s.rooms = make([][]*ledger, (all+s.inFront-1)/s.inFront)
	for i := range all {
		s.peers = append(s.peers, s.newPeer(i, min(each, len(s.rooms))))
	}
	for room, share := range s.deal(talkers) {
		s.seat(s.fronting(room)[:share], s.rooms[room])
	}
	return s, nil
}

// newPeer makes a peer of so many rooms.
func (s *swarm) newPeer(index, rooms int) *peer {
	p := &peer{swarm: s, index: index, ledgers: make([]ledger, rooms)}
	for i := range p.ledgers {
		room := (index/s.inFront + i) % len(s.rooms)
		p.ledgers[i] = ledger{tally: &s.tally, room: room}
		s.rooms[room] = append(s.rooms[room], &p.ledgers[i])
	}
	return p
}

// seat makes talkers the senders of a room, and sets up the ledgers of all its peers.
func (s *swarm) seat(talkers []*peer, all []*ledger) {
	base := uint32(len(s.senders))
	for _, l := range all {
		l.base, l.next = base, make([]uint32, len(talkers))
	}
	for i, p := range talkers {
		p.sender = &sender{peer: p, id: base + uint32(i), witness: s.witness(p, all)}
		s.senders = append(s.senders, p.sender)
	}
}

// deal shares the senders out to the rooms in turn; a room takes no more than the peers that have it in front.
func (s *swarm) deal(talkers int) (shares []int) {
	shares = make([]int, len(s.rooms))
	for room := 0; talkers > 0; room = (room + 1) % len(shares) {
		if shares[room] < len(s.fronting(room)) {
			shares[room]++
			talkers--
		}
	}
	return shares
}

// fronting are the peers that have a room in front.
func (s *swarm) fronting(room int) []*peer {
	first := room * s.inFront
	return s.peers[first:min(first+s.inFront, len(s.peers))]
}

// witness is the ledger that shows that the lines of p have arrived. The server most likely serves the last peer of a
// room last.
func (s *swarm) witness(p *peer, all []*ledger) *ledger {
	last, own := all[len(all)-1], &p.ledgers[0]
	switch {
	case s.dialect.echoes:
		return own
	case last == own && len(all) > 1:
		return all[len(all)-2]
	}
	return last
}

const dialsAtOnce = 64

// gather connects the first upto peers, at most atOnce of them on their way at once, and returns when they are in.
func (s *swarm) gather(ctx context.Context, at netip.AddrPort, atOnce, upto int) error {
	for s.in < upto {
		for range dialsAtOnce { // so that connected peers need not wait for all dials
			if s.begun == upto || s.begun-s.in >= atOnce {
				break
			}
			s.wire.dial(s.peers[s.begun], source(at, s.begun), at)
			s.begun++
			s.heard = s.clock.now()
		}
		if err := s.poll(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d are in: %w", s.in, upto, err)
		}
		s.probe()
	}
	return nil
}

// dismiss has all but the first upto peers leave, at most atOnce of them on their way at once, and returns when they
// have left. New peers may come in their places.
func (s *swarm) dismiss(ctx context.Context, atOnce, upto int) error {
	for s.in > upto {
		for s.in-s.leaving > upto && s.leaving < atOnce {
			p := s.peers[s.in-s.leaving-1]
			p.leaving = true
			s.leaving++
			p.say(append(s.words[:0], s.dialect.quit...))
		}
		if err := s.poll(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d have not left: %w", s.in-upto, s.begun-upto, err)
		}
	}
	for i := upto; i < s.begun; i++ {
		was := s.peers[i]
		s.peers[i] = &peer{swarm: s, index: i, ledgers: was.ledgers}
	}
	s.begun = upto
	return nil
}

// probe is for a server without a greeting: a peer is in when it has heard a line, so the first and the last peer say
// one now and then.
func (s *swarm) probe() {
	if s.dialect.silent && s.opened == s.begun && time.Since(s.probed) > 2*time.Millisecond {
		s.probed = time.Now()
		s.peers[0].say([]byte("can you hear me?\n"))
		s.peers[s.begun-1].say([]byte("can you hear me?\n"))
	}
}

// source spreads connections over the addresses of the loopback net, so that there are enough ports for all of them,
// run after run.
func source(at netip.AddrPort, i int) netip.Addr {
	if !hasLoopbackNet || !at.Addr().Is4() || !at.Addr().IsLoopback() {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i/1000%64)})
}

// poll handles input, and fails if none comes for too long or the server has ended a connection.
func (s *swarm) poll(ctx context.Context, wait time.Duration) error {
	s.wire.poll(wait)
	s.progress()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case s.losses > 0:
		return fmt.Errorf("%d connections have ended: %w", s.losses, s.why)
	case s.isQuiet(patience):
		return errSilent
	}
	return nil
}

func (s *swarm) isQuiet(since time.Duration) bool {
	return time.Duration(s.clock.now()-s.heard)*time.Microsecond > since
}

// settle waits for a silence, which shows that the server has told of all peers that came or left: chinwag does so in a
// second.
func (s *swarm) settle(ctx context.Context) error {
	s.heard = s.clock.now()
	for !s.isQuiet(1300 * time.Millisecond) {
		if err := s.poll(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// drain waits until all peers that read have seen all lines, or until the rest counts as lost.
func (s *swarm) drain(ctx context.Context) error {
	s.heard = s.clock.now()
	for end := time.Now().Add(patience); !s.isServed() && !s.isQuiet(stalled) && time.Now().Before(end); {
		if err := s.poll(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// stalled is the silence after which missing lines count as lost.
const stalled = 3 * time.Second

func (s *swarm) isServed() bool {
	for _, p := range s.peers {
		if !p.deaf && s.missing(p) > 0 {
			return false
		}
	}
	return true
}

// missing is how many of the last lines p has not seen.
func (s *swarm) missing(p *peer) (n int) {
	for _, l := range p.ledgers {
		for i, next := range l.next {
			from := s.senders[int(l.base)+i]
			if from.peer != p || s.dialect.echoes {
				n += max(0, int(from.sent)-int(next))
			}
		}
	}
	return n
}

// lose handles a connection that the swarm has not ended.
func (s *swarm) lose(p *peer) {
	if p.deaf {
		return // a server may kick a peer that does not read
	}
	if p.leaving {
		s.leaving--
		s.in--
		return
	}
	s.losses++
	s.why = fmt.Errorf("%s: %w", p.nick(), p.gone)
}

// leave ends all connections.
func (s *swarm) leave() {
	for _, p := range s.peers {
		s.wire.close(p)
	}
	s.wire.stop()
}

// account closes the accounts: a line that never came is lost, and if the dialect promises an order, each peer is
// compared with the first in its room.
func (s *swarm) account() tally {
	for _, p := range s.peers {
		if p.deaf {
			continue
		}
		s.tally.lost += s.missing(p)
		for _, l := range p.ledgers {
			if s.dialect.ordered && l.order != s.rooms[l.room][0].order {
				s.tally.disordered++
			}
		}
	}
	return s.tally
}
