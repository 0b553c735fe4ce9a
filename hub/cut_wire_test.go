package hub_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// TestG4CutAtAnyByte cuts the connections of clients that are in several rooms, again and again, each at a byte that
// chance chooses: within a line, between two, in what is told of several rooms together, in what it is told as it comes
// back. They talk, move, watch and part meanwhile, and so do all others, and at times the server starts again. Each
// must have been told every entry of its rooms once, in order, and nothing else. A seed is 30 cuts.
func TestG4CutAtAnyByte(t *testing.T) {
	seedtest.Each(t, 10, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { playCuts(t, rand.New(rand.NewPCG(seed, 5)), 30) })
	})
}

// cuts is a world in which some are cut off.
type cuts struct {
	*world
	t          *testing.T
	dice       *rand.Rand
	options    hub.Options
	wires      map[*hubtest.Client]*wire // of those that are cut
	all, cut   []*hubtest.Client
	n, lately  int  // things that were done, and when the journal was held last
	held, over bool // the journal is held; no client is cut off any more
}

func playCuts(t *testing.T, dice *rand.Rand, times int) {
	o := hub.Options{Replay: -1, Hold: 24 * time.Hour, Durable: true, Outbox: []int{0, 1 + dice.IntN(3000)}[dice.IntN(2)]}
	w := &cuts{world: newWorldOn(t, hubtest.Setup{Store: journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1}), Options: o}), t: t, dice: dice, options: o,
		wires: map[*hubtest.Client]*wire{}, over: true} // until they know how to come back
	w.populate()
	for done := 0; done < times; done += w.cutOff() {
		w.acts()
	}
	w.settle()
	byNick := finalIDs(w.world)
	for i, c := range w.all {
		checkHeard(t, w.world, c, byNick[c.Nick()], journal.Bounds{}, fmt.Sprint("session ", i))
	}
	checkOnce(t, w.world)
	w.checkAudience(t)
	w.Close(w.all...)
}

// populate has a program and another client come that are cut off, and four that talk.
func (w *cuts) populate() {
	for i := range 6 {
		c := w.NewClient(i == 0 || w.dice.IntN(3) > 0)
		if w.all = append(w.all, c); i < 2 {
			c.Writer = w.wire(c)
			w.cut = append(w.cut, c)
		} else {
			c.Writer = ready
		}
		c.Connect()
		synctest.Wait()
	}
	time.Sleep(time.Second)
	for _, c := range w.all {
		for range 3 {
			c.Do(protocol.Watch{Room: oneOf(w.dice)})
		}
	}
	w.over = false
	w.comeBack()
}

// comeBack begins another connection of each client that is cut off.
func (w *cuts) comeBack() {
	for _, c := range w.cut {
		c.Leave()
		require.True(w.t, c.Connect())
		synctest.Wait()
	}
}

// wire makes the writers of a client that is cut off.
func (w *cuts) wire(c *hubtest.Client) func(func([]*protocol.Frame) error) hub.Writer {
	return func(read func([]*protocol.Frame) error) hub.Writer {
		at := &wire{read: read, program: c.Program, cannot: w.dice.IntN(3) == 0, whole: w.over, left: w.dice.IntN(1 + w.dice.IntN(8000))}
		at.deaf = c.Program && w.dice.IntN(3) == 0
		w.wires[c] = at
		return at
	}
}

// acts has one of all do something. At times much of it happens in one commit.
func (w *cuts) acts() {
	w.n++
	switch n := w.dice.IntN(20); {
	case n == 0 && !w.held:
		w.Store.Hold()
		w.held, w.lately = true, w.n
	case w.held && w.n > w.lately+20:
		w.release()
	case n == 1 && !w.held && w.dice.IntN(30) == 0:
		restart(w.world, w.options, w.all)
	}
	act := cutAct
	if w.dice.IntN(3) > 0 {
		act = cutTalk
	}
	act(w.dice, w.all[w.dice.IntN(len(w.all))], w.n)
	if w.dice.IntN(3) == 0 {
		synctest.Wait()
	}
}

func (w *cuts) release() {
	w.Store.Release()
	w.held = false
}

// cutTalk has c say something in the room in front, or in another one that it may be in.
func cutTalk(dice *rand.Rand, c *hubtest.Client, i int) {
	if dice.IntN(3) == 0 {
		c.Say(fmt.Sprint("line ", i), protocol.Ref(fmt.Sprint("ref-", i)))
		return
	}
	c.Send(protocol.Say{Text: hubtest.Text(fmt.Sprint("line ", i)), Room: oneOf(dice)})
}

func cutAct(dice *rand.Rand, c *hubtest.Client, i int) {
	room := oneOf(dice)
	c.Send([]protocol.Command{
		protocol.Rename{Nick: hubtest.Nick("n%d", i)}, protocol.Away{Text: hubtest.Text(fmt.Sprint("away ", i))},
		protocol.Join{Room: room}, protocol.Watch{Room: room}, protocol.Watch{Room: room}, protocol.Part{Room: room}, protocol.Part{},
		protocol.Topic{Text: hubtest.Text(fmt.Sprint("topic ", i))}, protocol.Who{},
	}[dice.IntN(9)])
}

// cutOff brings those back, now or later, whose wires are cut, and reports how many that were. A program may come back
// before the server knows that it was gone.
func (w *cuts) cutOff() (n int) {
	for _, c := range w.cut {
		if !w.wires[c].isCut() || w.dice.IntN(10) > 0 {
			continue
		}
		if w.held {
			w.release()
		}
		old := c.Conn()
		if !w.wires[c].deaf || w.dice.IntN(2) == 0 {
			c.Leave()
		}
		require.True(w.t, c.Connect())
		synctest.Wait()
		old.Abort() // if it is not replaced, since the next one is cut off before it says hello
		n++
	}
	return n
}

// settle ends the cuts, and has all that was not acknowledged said again.
func (w *cuts) settle() {
	w.release()
	w.over = true
	for range 2 {
		synctest.Wait()
		w.comeBack()
	}
	time.Sleep(time.Second) // comings and goings of many wait for others
	synctest.Wait()
}

// wire is a Writer that carries some bytes and is cut then. A line of which a part has not arrived is not read. The
// server cannot know how much of what a person was told has arrived: of that all is read that was written at once, or
// nothing.
type wire struct {
	read    func([]*protocol.Frame) error
	program bool
	cannot  bool // write without waiting
	whole   bool // it is not cut
	deaf    bool // what is written after the cut is lost, and the server does not know
	left    int  // bytes until the cut
	rest    []*protocol.Frame
	offers  int
	over    atomic.Bool
}

var errCut = errors.New("cut off")

func (w *wire) isCut() bool { return w.over.Load() }

// Send implements hub.Writer.
func (w *wire) Send(frames []*protocol.Frame) error {
	frames = append(w.rest, frames...)
	w.rest = nil
	if !w.isCut() {
		arrived := w.carry(frames)
		if err := w.read(arrived); err != nil {
			return err
		}
	}
	if w.isCut() && !w.deaf {
		return errCut
	}
	return nil
}

// TryWrite implements hub.TryWriter.
func (w *wire) TryWrite(frames []*protocol.Frame) (bool, error) {
	if w.cannot {
		return false, errors.ErrUnsupported
	}
	if w.offers++; w.offers%5 == 0 {
		w.rest = append(w.rest, frames...)
		return false, nil
	}
	err := w.Send(frames)
	return err == nil, err
}

// carry returns what arrives of frames.
func (w *wire) carry(frames []*protocol.Frame) (arrived []*protocol.Frame) {
	if w.whole {
		return frames
	}
	if !w.program {
		for _, frame := range frames {
			w.left -= len(frame.Text())
		}
		if w.left < 0 {
			w.over.Store(true)
			return nil
		}
		return frames
	}
	for _, frame := range frames {
		for e := range frame.Events() {
			one := protocol.NewFrame(e)
			if w.left -= len(one.JSON()); w.left < 0 {
				w.over.Store(true)
				return arrived
			}
			arrived = append(arrived, one)
		}
	}
	return arrived
}
