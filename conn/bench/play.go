package bench

import (
	"cmp"
	"time"
)

// inAll is how many bytes are under way in all, where Options.Window does not
// say how many lines of each sender: less than what servers keep for one member
// before it is behind, or thrown out.
const inAll = 25_600

func (r *run) window() int {
	if r.Window > 0 {
		return r.Window
	}
	return max(8, inAll/r.Size/max(1, len(r.senders)))
}

// flood has all senders talk as fast as their witnesses see it.
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

// talk has all senders say what their windows let them, for so long, or until
// Options.Lines are said.
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

// paced says a line whenever one is due, each by another sender.
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

// idle does nothing, and looks at what that costs the server.
func idle(r *run) error {
	before := residentOf(r.PID)
	if err := r.enter(); err != nil {
		return err
	}
	r.begin()
	for end := time.Now().Add(r.Time); time.Now().Before(end); {
		r.heard = r.clock.now() // silence is what is wanted
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

// storm has all come at once, and takes the time until all can talk. Then the
// last says a line, which all must see.
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
	r.weigh() // with what is told of who has come
	for _, s := range r.senders {
		s.talk(1, r.clock.now())
	}
	return r.drain(r.ctx)
}

// slow floods for a third of the time as it should be; then one member stops reading, and the
// others are looked at until it must have been noticed; then it reads on, and must get the rest.
func slow(r *run) error {
	one := r.members[len(r.members)/2]
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

// What a system keeps for a socket that nobody reads is about 4 MB. Before more than
// that is said, the server cannot know that somebody is slow.
const (
	enough   = 5 << 20
	maxTries = 8 // of a third of the time each
)

// longestGap talks for a while, and returns the longest time for which
// somebody who listens heard nothing.
func (r *run) longestGap(d time.Duration) (time.Duration, error) {
	r.gaps = true
	for _, m := range r.members {
		m.last, m.gap = r.clock.now(), 0
	}
	err := r.talk(d)
	r.gaps = false
	var longest uint32
	for _, m := range r.members {
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
