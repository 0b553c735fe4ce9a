package hub

import (
	"time"

	"chinwag/hub/state"
)

// The positions up to which people were told are recorded within a second, so that a start after a crash knows
// them: one position for all clients that are not behind, and one for each that is. Programs know theirs. With
// the same note the state writes rows, so that a start needs few entries: entries kept for it alone would
// outlive --keep and --keep-lines.

const (
	noteEvery  = time.Second
	mostBehind = 128 // whose positions are noted at once
)

// seenNotes is what was noted last.
type seenNotes struct {
	upto uint64
	at   time.Time
	end  bool // the last note before the end is made
}

// seenDue is when there is something to note; zero: nothing was delivered since, and a start needs no entries.
func (r *run) seenDue() (at time.Time) {
	if (r.head != r.notes.upto || r.kept < r.head) && !r.stopping && r.retryAt.IsZero() && r.node.mayNote() {
		at = r.notes.at.Add(noteEvery)
	}
	return at
}

// noteSeen records up to which position clients were told.
func (r *run) noteSeen(now time.Time) {
	if due := r.seenDue(); due.IsZero() || due.After(now) {
		return
	}
	r.notes.at, r.notes.upto, r.node.noting = now, r.head, r.node.shares()
	r.propose(proposal{op: r.seenNow()})
}

// seenNow is up to which position the clients of people are told now. Where more clients are behind than fit
// into one note, the rest waits for the next note.
func (r *run) seenNow() (note state.Seen) {
	note.Upto = r.head
	people := false
	for _, s := range r.sessions {
		if s.client == nil || s.program || !s.hasCode {
			continue
		}
		people = true
		switch {
		case s.live && s.client.out.isDrained():
			if s.noted {
				note.Behind = append(note.Behind, state.Behind{Session: s.id})
				s.noted = false
			}
		case s.live && !s.noted:
			note.Upto = min(note.Upto, s.seen.Load())
		default:
			note.Behind = append(note.Behind, s.behind())
			s.noted = true
		}
		if len(note.Behind) == mostBehind {
			note.Upto = 0
			return note
		}
	}
	if !people {
		return state.Seen{}
	}
	return note
}

// behind is the note that s has been told up to a position of its own.
func (s *session) behind() state.Behind {
	return state.Behind{Session: s.id, Seen: max(1, s.seen.Load())}
}

// noteLast records that all is told before the goodbyes that follow.
func (r *run) noteLast() {
	r.notes.end = true
	note := state.Seen{Upto: r.head, Clean: true}
	for _, s := range r.sessions {
		switch {
		case s.client == nil || s.program || !s.hasCode:
		case !s.live:
			note.Behind = append(note.Behind, s.behind())
		case s.noted:
			note.Behind = append(note.Behind, state.Behind{Session: s.id})
		}
	}
	r.propose(proposal{op: note})
}

// noteUnread records that clients still connected near the end of the grace may not be told all. A node does
// not: their sessions may be on another node already.
func (r *run) noteUnread() {
	r.lastCall = nil
	note := state.Seen{Clean: r.notes.end}
	for _, c := range r.clients {
		note.Behind = r.appendUnread(note.Behind, c)
	}
	if r.parted && len(note.Behind) > 0 {
		r.propose(proposal{op: note})
	}
}

// leftUnread is noteUnread for a client whose connection ends after the goodbyes.
func (r *run) leftUnread(c *Client) {
	if unread := r.appendUnread(nil, c); len(unread) > 0 {
		r.propose(proposal{op: state.Seen{Clean: r.notes.end, Behind: unread}})
	}
}

// appendUnread appends up to where a client was told, if it is a person's, its session can be resumed, and not
// all is written.
func (r *run) appendUnread(all []state.Behind, c *Client) []state.Behind {
	s := r.sessions[c.id]
	if r.broken != nil || r.node.shares() || s == nil || s.program || !s.hasCode || c.out.isDrained() && !c.discards.Load() {
		return all
	}
	return append(all, s.behind())
}

// isDrained reports whether all items of o are written.
func (o *outbox) isDrained() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.writing && !o.isWaitingLocked()
}
