package hub

import (
	"time"

	"chinwag/hub/state"
)

// The positions up to which people were told are recorded within a second, so that a start after a crash knows them:
// one position for all clients that are not behind, and one for each that is. Programs know theirs. With the same note
// the state writes rows, so that a start needs few entries: entries kept for it alone would outlive --keep and
// --keep-lines.

const (
	noteEvery = time.Second
	maxNoted  = 128 // whose positions are noted at once
)

// watermarkNotes is what was noted last.
type watermarkNotes struct {
	upto  uint64
	at    time.Time
	final bool // the last note before the end is made
}

// noteDue is when there is something to note; zero: nothing was delivered since, and a start needs no entries.
func (l *loop) noteDue() (at time.Time) {
	if (l.head != l.notes.upto || l.keptAfter < l.head) && !l.stopping && l.retryAt.IsZero() && l.node.mayNote() {
		at = l.notes.at.Add(noteEvery)
	}
	return at
}

// noteWatermarks records up to which position clients were told.
func (l *loop) noteWatermarks(now time.Time) {
	if due := l.noteDue(); due.IsZero() || due.After(now) {
		return
	}
	l.notes.at, l.notes.upto, l.node.noting = now, l.head, l.node.shares()
	l.propose(proposal{op: l.watermarks()})
}

// watermarks is up to which position the clients of people are told now. Where more clients are behind than fit into
// one note, the rest waits for the next note.
func (l *loop) watermarks() (note state.NoteSeen) {
	note.Upto = l.head
	people := false
	for _, s := range l.sessions {
		if s.client == nil || s.program || !s.hasCode {
			continue
		}
		people = true
		switch {
		case s.feed == live && s.client.out.isWritten():
			if s.noted {
				note.Behind = append(note.Behind, state.Behind{Session: s.id})
				s.noted = false
			}
		case s.feed == live && !s.noted:
			note.Upto = min(note.Upto, s.watermark.Load())
		default:
			note.Behind = append(note.Behind, s.behindNote())
			s.noted = true
		}
		if len(note.Behind) == maxNoted {
			note.Upto = 0
			return note
		}
	}
	if !people {
		return state.NoteSeen{}
	}
	return note
}

// behindNote is the note that s has been told up to a position of its own.
func (s *session) behindNote() state.Behind {
	return state.Behind{Session: s.id, Seen: max(1, s.watermark.Load())}
}

// noteFinal records that all is told before the goodbyes that follow.
func (l *loop) noteFinal() {
	l.notes.final = true
	note := state.NoteSeen{Upto: l.head, Clean: true}
	for _, s := range l.sessions {
		switch {
		case s.client == nil || s.program || !s.hasCode:
		case s.feed != live:
			note.Behind = append(note.Behind, s.behindNote())
		case s.noted:
			note.Behind = append(note.Behind, state.Behind{Session: s.id})
		}
	}
	l.propose(proposal{op: note})
}

// noteUnwritten records that clients still connected near the end of the grace may not be told all. A node does not:
// their sessions may be on another node already.
func (l *loop) noteUnwritten() {
	l.unwrittenDeadline = nil
	note := state.NoteSeen{Clean: l.notes.final}
	for _, c := range l.clients {
		note.Behind = l.appendUnwritten(note.Behind, c)
	}
	if l.goodbyesSent && len(note.Behind) > 0 {
		l.propose(proposal{op: note})
	}
}

// noteUnwrittenOf is noteUnwritten for a client whose connection ends after the goodbyes.
func (l *loop) noteUnwrittenOf(c *Client) {
	if unread := l.appendUnwritten(nil, c); len(unread) > 0 {
		l.propose(proposal{op: state.NoteSeen{Clean: l.notes.final, Behind: unread}})
	}
}

// appendUnwritten appends up to where a client was told, if it is a person's, its session can be resumed, and not all
// is written.
func (l *loop) appendUnwritten(all []state.Behind, c *Client) []state.Behind {
	s := l.sessions[c.id]
	if l.broken != nil || l.node.shares() || s == nil || s.program || !s.hasCode || c.out.isWritten() && !c.discarding.Load() {
		return all
	}
	return append(all, s.behindNote())
}

// isWritten reports whether all items of o are written.
func (o *outbox) isWritten() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.writing && !o.isWaitingLocked()
}
