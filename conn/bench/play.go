package bench

import (
	"cmp"
	"time"
)

// inAll is how many bytes are under way in all, unless Options.Window sets the lines of each sender: less than servers
// queue for one peer before it is behind, or kicked.
const inAll = 25_600

func (r *run) window() int {
	if r.Window > 0 {
		return r.Window
	}
	return max(8, inAll/r.Size/max(1, len(r.senders)))
}

// flood has all senders talk as fast as their witnesses see the lines.
func flood(r *run) error {
	if err := r.enter(); err != nil {
		return err
	}
	r.begin()
	if err := r.talk(r.Time); err != nil {
		return err
	}
	if err := r.drain(r.ctx); err != nil {
		return err
	}
	r.end()
	return nil
}

// talk has all senders fill their windows for d, or until Options.Lines are sent.
func (r *run) talk(d time.Duration) error {
	window, end := r.window(), time.Now().Add(d)
	for r.isTime(end) {
		now := r.clock.now()
		for _, s := range r.senders {
			s.fill(window, now)
		}
		if err := r.poll(r.ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) isTime(end time.Time) bool {
	if r.Lines > 0 {
		return r.said() < r.Lines
	}
	return time.Now().Before(end)
}

// paced sends a line whenever one is due, each from the next sender.
func paced(r *run) error {
	if err := r.enter(); err != nil {
		return err
	}
	r.begin()
	beat, end := newBeat(r.Rate), time.Now().Add(r.Time)
	for turn := 0; r.isTime(end); {
		for beat.due(time.Now()) {
			r.senders[turn%len(r.senders)].talk(1, r.clock.now())
			turn++
		}
		if err := r.poll(r.ctx, time.Until(beat.next)); err != nil {
			return err
		}
	}
	if err := r.drain(r.ctx); err != nil {
		return err
	}
	r.end()
	return nil
}

// idle sends nothing, and measures the server's cost of that.
func idle(r *run) error {
	before := residentOf(r.PID)
	if err := r.enter(); err != nil {
		return err
	}
	r.begin()
	for end := time.Now().Add(r.Time); time.Now().Before(end); {
		r.heard = r.clock.now() // poll must not fail on the silence
		if err := r.poll(r.ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	r.end()
	if before > 0 {
		r.result.PerMember = float64(r.result.Resident-before) / float64(r.Members)
	}
	return nil
}

// storm has all peers come at once, and measures the time until all can talk. Then the last one says a line, which all
// must see.
func storm(r *run) error {
	r.begin()
	if err := r.gather(r.ctx, r.Addr, cmp.Or(r.AtOnce, r.Members), r.Members); err != nil {
		return err
	}
	r.end()
	r.result.Joins = float64(r.Members) / r.result.Seconds
	if err := r.settle(r.ctx); err != nil {
		return err
	}
	r.weigh() // with the cost of telling of all new peers
	for _, s := range r.senders {
		s.talk(1, r.clock.now())
	}
	return r.drain(r.ctx)
}

// slow floods for a third of the time with all peers reading. Then one peer stops reading, and the gaps of the others
// are measured until the server must have noticed. Then it reads on, and must get the rest.
func slow(r *run) error {
	one := r.peers[len(r.peers)/2]
	one.narrow = true
	if err := r.enter(); err != nil {
		return err
	}
	r.begin()
	var err error
	if r.result.GapBefore, err = r.longestGap(r.Time / 3); err != nil {
		return err
	}
	one.deaf = true
	r.wire.pause(one, true)
	for try, before := 0, r.said(); try < maxTries && (r.said()-before)*r.Size < enough; try++ {
		gap, err := r.longestGap(r.Time / 3)
		if err != nil {
			return err
		}
		r.result.Gap = max(r.result.Gap, gap)
	}
	r.end()
	if one.gone != nil {
		r.result.Dropped = true
		return r.drain(r.ctx)
	}
	r.wire.pause(one, false)
	one.deaf = false
	return r.drain(r.ctx)
}

// A system buffers about 4 MB for a socket that is not read. Until more than that is sent, the server cannot know that
// a peer is slow.
const (
	enough   = 5 << 20
	maxTries = 8 // of a third of the time each
)

// longestGap talks for d, and returns the longest time for which a peer that reads heard nothing.
func (r *run) longestGap(d time.Duration) (time.Duration, error) {
	r.gaps = true
	for _, m := range r.peers {
		m.last, m.gap = r.clock.now(), 0
	}
	err := r.talk(d)
	r.gaps = false
	var longest uint32
	for _, m := range r.peers {
		if !m.deaf && m.sender == nil {
			m.measureGap(r.clock.now())
			longest = max(longest, m.gap)
		}
	}
	return time.Duration(longest) * time.Microsecond, err
}

func (r *run) said() (n int) {
	for _, s := range r.senders {
		n += int(s.sent)
	}
	return n
}
