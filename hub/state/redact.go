package state

import (
	"slices"
	"time"

	"chinwag/protocol"
)

// redactEvery is the shortest time between two redactions of a session: each searches the journal.
const redactEvery = time.Minute

// redact removes what s has said, from the state at once and then from the journal.
func (m *Machine) redact(s *Session, _ protocol.Redact) {
	if wait := s.Redacted.Add(redactEvery).Sub(m.now); wait > 0 {
		m.rejectf(s, "forget-too-soon", "that can be done once a minute: please try again in %s", protocol.SecondsOf(wait))
		return
	}
	m.change(s.ID, Redacted{})
	m.effect(s, s.redaction(m.head))
}

// redaction returns the effect for all that s has said up to a position.
func (s *Session) redaction(upto uint64) Redact {
	r := Redact{Author: s.ID, Complete: !s.authoredCut, Upto: upto}
	for _, st := range s.authored {
		of, session := st.Session()
		if session && of != s.ID || st == Desk && !s.Operator {
			r.Copies = append(r.Copies, st)
		} else {
			r.Streams = append(r.Streams, st)
		}
	}
	return r
}

// noteAuthored remembers that s has spoken in a stream, for the last MaxStreams of them.
func (m *Machine) noteAuthored(s *Session, st Stream) {
	if n := len(s.authored); n > 0 && s.authored[n-1] == st || slices.Contains(s.authored, st) {
		return
	}
	m.touchSoft(s)
	kept := s.authored
	if len(kept) == MaxStreams {
		kept, s.authoredCut = kept[1:], true
	}
	s.authored = slices.Concat(kept, []Stream{st})
}

// Redacted removes the words of a session from the state.
type Redacted struct{}

func (Redacted) change() {}

// redacted removes the words of s from the state: topics that it has set, its away text, and what the queue shows of
// its tickets.
func (m *Machine) redacted(s *Session, _ Redacted) {
	m.touchSession(s)
	s.Redacted, s.Away = m.now, protocol.Text{}
	for _, r := range m.topicsOf(s) {
		m.topicSet(s, protocol.TopicSet{Meta: protocol.Meta{Room: r.Name}})
	}
	for _, t := range m.wordsAtDesk(s) {
		m.touchTicket(t).First = protocol.Text{}
	}
}

// topicsOf returns the rooms whose topic s has set, in the order of their names.
func (m *Machine) topicsOf(s *Session) (rooms []*Room) {
	for _, r := range m.rooms {
		if r.By == s.ID && !r.Topic.IsBlank() {
			rooms = append(rooms, r)
		}
	}
	slices.SortFunc(rooms, func(a, b *Room) int { return byName(a.Name, b.Name) })
	return rooms
}

// wordsAtDesk returns the open tickets of s that show its words, in the order of their numbers.
func (m *Machine) wordsAtDesk(s *Session) (tickets []*Ticket) {
	for _, t := range m.desk.tickets {
		if t.Session == s.ID && !t.First.IsBlank() {
			tickets = append(tickets, t)
		}
	}
	slices.SortFunc(tickets, byNumber)
	return tickets
}

func redactFields(v *protocol.Redact, c *coder) { c.flags(&v.Sure) }
