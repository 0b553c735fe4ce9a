package hubtest

import (
	"context"
	"time"

	"chinwag/hub"
	"chinwag/hub/state"
)

// Link is a hub.Log as one node has it: a test may pause what is read by it, cut off what is appended, and have its
// clock differ from that of the others.
type Link struct {
	log  *Log
	node state.Node
	dice dice // of appends, which come one at a time

	// under the log's lock
	reads  uint64 // so far
	paused bool
	cut    bool
	shift  time.Duration
}

// patience is how long an append waits on a link that is cut off.
const patience = time.Second

// Pause has nothing read any more, until Resume.
func (k *Link) Pause() { k.set(func() { k.paused = true }) }

// Resume has what is in the log read on.
func (k *Link) Resume() { k.set(func() { k.paused = false }) }

// CutOff has appends fail, after a while, until Join. What they append is not in the log.
func (k *Link) CutOff() { k.set(func() { k.cut = true }) }

// Join has appends reach the log again.
func (k *Link) Join() { k.set(func() { k.cut = false }) }

// Shift has all that is read from now on bear another time than the others are told: a clock of the node's own.
func (k *Link) Shift(by time.Duration) { k.set(func() { k.shift = by }) }

func (k *Link) set(change func()) {
	k.log.mu.Lock()
	defer k.log.mu.Unlock()
	change()
	k.log.changeLocked()
}

func (k *Link) isCut() bool {
	k.log.mu.Lock()
	defer k.log.mu.Unlock()
	return k.cut
}

// Append implements hub.Log.
func (k *Link) Append(ctx context.Context, intents [][]byte) error {
	if err := k.pass(ctx); err != nil {
		return err
	}
	some, err := k.fate(intents)
	k.log.place(some)
	if back := k.pass(ctx); back != nil {
		return back
	}
	return err
}

// fate is which of some intents get places, and whether their node is told that they have.
func (k *Link) fate(intents [][]byte) (some [][]byte, err error) {
	switch d := k.dice; {
	case d.oneIn(16): // only the answer is lost
		return intents, ErrUnknown
	case d.oneIn(16):
		for _, in := range intents {
			if d.oneIn(2) {
				some = append(some, in)
			}
		}
		return some, ErrUnknown
	case d.oneIn(32):
		k.log.placeLate(k, intents, d.upTo(5*time.Second))
		return nil, ErrUnknown
	}
	return intents, nil
}

// pass is one way between the node and the log.
func (k *Link) pass(ctx context.Context) error {
	most := 5 * time.Millisecond
	if k.dice.oneIn(32) {
		most = time.Second
	}
	if err := sleep(ctx, k.dice.upTo(most)); err != nil {
		return err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		k.log.mu.Lock()
		cut, changed := k.cut, k.log.changed
		k.log.mu.Unlock()
		if !cut {
			return nil
		}
		select {
		case <-changed:
		case <-late.C:
			return ErrUnknown
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Read implements hub.Log.
func (k *Link) Read(ctx context.Context, after uint64) <-chan hub.LogBatch {
	k.log.mu.Lock()
	k.reads++
	d := k.log.dice(uint64(k.node)<<32 + k.reads)
	k.log.mu.Unlock()
	to := make(chan hub.LogBatch) // it is never closed
	k.log.owned.Go(func() { k.bring(ctx, d, after+1, to) })
	return to
}

// bring brings what stands from a position on, and sometimes some of it again.
func (k *Link) bring(ctx context.Context, d dice, next uint64, to chan<- hub.LogBatch) {
	for {
		if sleep(ctx, delay(d)) != nil {
			return
		}
		most := mostPlaces
		if !d.rest.Load() {
			most = 1 + d.IntN(8)
		}
		if d.oneIn(16) {
			next -= min(next-1, uint64(d.IntN(12)))
		}
		o, is := k.await(ctx, next, most)
		if !is {
			return
		}
		select {
		case to <- o:
			next += uint64(len(o.Intents))
		case <-ctx.Done():
			return
		}
	}
}

// delay is how long what is read takes: mostly not long.
func delay(d dice) time.Duration {
	switch {
	case d.oneIn(64):
		return d.upTo(500 * time.Millisecond)
	case d.oneIn(8):
		return d.upTo(10 * time.Millisecond)
	}
	return 0
}

// await is the stretch from a position on, when there is one and the link is not paused.
func (k *Link) await(ctx context.Context, first uint64, most int) (o hub.LogBatch, is bool) {
	for {
		o, changed := k.log.stretch(k, first, most)
		if changed == nil {
			return o, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return o, false
		}
	}
}
