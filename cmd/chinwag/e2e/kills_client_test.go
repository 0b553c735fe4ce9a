//go:build linux

package e2e

import (
	"bufio"
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"chinwag/protocol"
)

const busy = 6 * time.Millisecond // between two things that one of all does, at the most

// survivor is a program that comes back to every server as the session that it was, sends again what was not answered,
// and keeps account of all that it is told.
type survivor struct {
	*kills
	name string
	dice *rand.Rand
	does func(*survivor) // what it does next; it has the lock

	mu           sync.Mutex
	conn         net.Conn // nil: it has none
	token, epoch string
	first, last  uint64 // positions: where it came in, and what it was told last
	life         int    // the server that has welcomed it
	seen         []sighting
	wrong        []string

	n       int
	words   map[protocol.Ref]string // all that it has said
	pending []protocol.Command      // sent and not answered, in order
	stands  map[protocol.Ref]uint64 // where it was told that its words stand
	refused map[protocol.Ref]bool
	again   int // how often something was sent again,
	twice   int // and had been accepted before
	pings   int
	pong    int // the last that was answered

	roomwork
	deskwork // of operators
}

// sighting is an event as it was told.
type sighting struct {
	seq  uint64
	what uint64 // see digest
}

var digests = maphash.MakeSeed()

// digest is an event in short: its id and its words.
func digest(e protocol.Recorded) uint64 {
	stamp := protocol.MetaOf(e)
	_, words := protocol.Words(e)
	return maphash.String(digests, stamp.ID.String()+stamp.Room.String()+words.String())
}

func newSurvivor(k *kills, name string, does func(*survivor), dice *rand.Rand) *survivor {
	return &survivor{
		kills: k, name: name, does: does, dice: dice,
		words: map[protocol.Ref]string{}, stands: map[protocol.Ref]uint64{}, refused: map[protocol.Ref]bool{},
		deskwork: deskwork{desk: map[protocol.Ticket]held{}, mine: map[protocol.Ticket]bool{}},
	}
}

func (v *survivor) live(ctx context.Context) {
	for ctx.Err() == nil {
		if c, err := net.DialTimeout("tcp", v.addr, time.Second); err == nil {
			v.connect(ctx, c)
			_ = c.Close()
		}
		pause(ctx, 30*time.Millisecond)
	}
}

// connect is one connection, up to its end.
func (v *survivor) connect(ctx context.Context, c net.Conn) {
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	in := bufio.NewReaderSize(c, 1<<16)
	if _, err := in.ReadString('\n'); err != nil { // the greeting
		return
	}
	none := 0
	hello := protocol.Hello{Nick: protocol.MustNick(v.name), Token: v.token, Replay: &none}
	if v.token != "" {
		hello.Resume = &protocol.ResumeFrom{Epoch: v.epoch, Seq: v.last}
	}
	if _, err := c.Write(protocol.AppendCommandJSON(nil, hello)); err != nil {
		return
	}
	over, deaf := make(chan struct{}), rand.N(2) == 0
	var acting sync.WaitGroup
	defer acting.Wait()
	defer close(over)
	defer v.with(func() { v.conn = nil })
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		if end := v.isDeaf(); end != nil && deaf {
			<-end
			return
		}
		if line[0] != '{' {
			continue // the words for a person
		}
		e, err := protocol.DecodeEvent(line)
		if err != nil {
			v.with(func() { v.is("told %q: %v", line, err) })
			return
		}
		v.with(func() { v.hears(e) })
		if _, ok := e.(protocol.Welcome); ok {
			v.with(func() { v.conn = c; v.begins() })
			acting.Go(func() { v.act(ctx, over) })
		}
	}
}

// act does one thing after the other.
func (v *survivor) act(ctx context.Context, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-ctx.Done():
			return
		case <-time.After(rand.N(time.Duration(v.many) * busy)):
		}
		v.with(func() {
			if len(v.pending) < 8 && !v.isQuiet() {
				v.does(v)
			}
		})
	}
}

func (v *survivor) with(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f()
}

// is notes what must not be.
func (v *survivor) is(wrong string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf("in life %d, after %d: ", v.life, v.last)+fmt.Sprintf(wrong, args...))
}

func (v *survivor) writes(commands ...protocol.Command) {
	var line []byte
	for _, c := range commands {
		line = protocol.AppendCommandJSON(line, c)
	}
	if v.conn != nil {
		_, _ = v.conn.Write(line) // what is lost is sent again
	}
}

// sends writes a command that is answered.
func (v *survivor) sends(c protocol.Command) {
	v.pending = append(v.pending, c)
	v.writes(c)
}

// newWords are a new line of this client and its id.
func (v *survivor) newWords() (protocol.Ref, protocol.Text) {
	v.n++
	ref := protocol.Ref(fmt.Sprint(v.name, "-", v.n))
	v.words[ref] = fmt.Sprint(v.name, " says ", v.n)
	return ref, protocol.MustText(v.words[ref])
}

func (v *survivor) visits() {
	if v.room == protocol.DeskRoom || v.dice.IntN(3) > 0 {
		v.says()
		return
	}
	ref, text := v.newWords()
	v.sends(protocol.Desk{Ref: ref, Text: text})
}

func refOf(c protocol.Command) protocol.Ref {
	switch c := c.(type) {
	case protocol.Say:
		return c.Ref
	case protocol.Desk:
		return c.Ref
	case protocol.Reply:
		return c.Ref
	}
	return ""
}

func (v *survivor) hears(e protocol.Event) {
	if r, ok := e.(protocol.Recorded); ok && protocol.MetaOf(e).Seq > 0 {
		v.sees(r)
	}
	switch e := e.(type) {
	case protocol.Welcome:
		v.welcomed(e)
	case protocol.Entered, protocol.Fronted, protocol.Watched, protocol.PartedFrom:
		v.moves(e)
	case protocol.AwaySet:
		v.wentAway(e)
	case protocol.Said:
		v.accepted(e.Ref, e.Seq)
	case protocol.Replied:
		v.accepted(e.Ref, e.Seq)
	case protocol.Duplicate:
		v.twice++
		v.accepted(e.Ref, e.Seq)
	case protocol.Refused:
		v.hearsNo(e)
	case protocol.Pong:
		_, _ = fmt.Sscan(string(e.Ref), &v.pong)
	case protocol.Gap, protocol.Goodbye:
		v.is("told %T %+v", e, e)
	default:
		v.works(e)
	}
}

func (v *survivor) sees(e protocol.Recorded) {
	seq := protocol.MetaOf(e).Seq
	if seq <= v.last {
		v.is("told what stands at %d: %+v", seq, e)
	}
	v.last = max(v.last, seq)
	v.seen = append(v.seen, sighting{seq, digest(e)})
}

// welcomed follows a welcome: the session and its room.
func (v *survivor) welcomed(e protocol.Welcome) {
	again := v.token != ""
	if again && (!e.Resumed || e.Epoch != v.epoch || e.Nick.String() != v.name) {
		v.is("welcomed as somebody else: %+v", e)
	}
	if !again {
		v.first, v.last = e.Seq, e.Seq
	}
	v.token, v.epoch, v.life = e.Token, e.Epoch, v.kills.life()
	v.comesBack(e, again)
}

func (v *survivor) isTalker() bool { return v.name[0] == 't' } // a talker's rooms change by its own moves alone

func (v *survivor) accepted(ref protocol.Ref, at uint64) {
	if ref == "" {
		return // another client's
	}
	if before := v.stands[ref]; before != 0 && before != at || v.refused[ref] {
		v.is("told that %s stands at %d, and before at %d, or refused: %t", ref, at, before, v.refused[ref])
	}
	v.stands[ref] = at
	v.answered(ref)
}

func (v *survivor) answered(ref protocol.Ref) {
	v.pending = slices.DeleteFunc(v.pending, func(c protocol.Command) bool { return refOf(c) == ref })
}

// mayRefuse are the reasons for which visitors and operators are refused something, in good order.
var mayRefuse = []string{
	"target-changed", "conversation-closed", "desk-too-often", // the conversation was closed meanwhile; a visitor may come ten times a minute
	"visitor-gone", "visitor-taken", "no-operator", "off-duty", // so was the operator's; the other one is not back yet
}

func (v *survivor) hearsNo(e protocol.Refused) {
	if v.isTalker() || !slices.Contains(mayRefuse, e.Code) || v.stands[e.Ref] != 0 {
		v.is("refused %+v, which stands at %d", e, v.stands[e.Ref])
	}
	if e.Ref != "" {
		v.refused[e.Ref] = true
		v.answered(e.Ref)
	}
}

// begins sends again what was not answered. A ping of the last connection is not, any more.
func (v *survivor) begins() {
	v.again += len(v.pending)
	v.writes(v.pending...)
	v.beginsWork()
	v.asksForPong()
}

func (v *survivor) asksForPong() {
	v.pings++
	v.writes(protocol.Ping{Ref: protocol.Ref(fmt.Sprint(v.pings))})
}

func (v *survivor) isAnswered() (is bool) {
	v.with(func() { is = len(v.pending) == 0 && v.pong == v.pings })
	return is
}

func (v *survivor) isBack(life int) (is bool) {
	v.with(func() { is = v.life == life && v.conn != nil && (!v.operator || v.compared == life) })
	return is
}

func (v *survivor) isOperator() (is bool) {
	v.with(func() { is = v.operator })
	return is
}

func (v *survivor) isWrong() (is bool) {
	v.with(func() { is = len(v.wrong) > 0 })
	return is
}
