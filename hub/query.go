package hub

import (
	"chinwag/hub/state"
	"chinwag/protocol"
)

// query lets c's writer read something from the journal.
func (l *loop) query(items []item, c *Client, q state.Query, at *control, ref protocol.Ref) []item {
	s := c.session
	switch q := q.(type) {
	case state.Shutdown:
		l.effect(q)
		return items
	case state.CatchUp:
		return l.readFrom(items, c, q)
	}
	if s == nil {
		return items
	}
	at.ref = ref
	switch q := q.(type) {
	case state.Replay:
		if at.replay = (&replay{view: s.journalView(), Replay: q}); !q.End {
			at.ref = ""
		}
	case state.Search:
		at.search = &search{s.journalView(), q}
	case state.Redact:
		at.redact = &q
	case state.Transcript:
		at.transcript = &transcript{view: s.journalView(), ticket: q.Ticket, extents: l.transcripts.find(q.Ticket, q.Lines), last: q.Lines}
		if q.Lines >= 0 { // it was not asked for
			at.ref = ""
		}
	}
	return append(items, item{control: at})
}

// effect carries out a query that is for no client.
func (l *loop) effect(q state.Query) {
	switch q := q.(type) {
	case state.Shutdown:
		l.shutdownText = q.Text
		l.requestShutdown()
	case state.Inheritance:
		l.logLegacy(q)
	case state.Redact:
		l.eraseAlone(q)
	case state.Diverged:
		l.hub.warn("the nodes do not have the same state, and none has that of most: all but one should begin again with a copy of its journal", "position", q.Position)
	case state.Dropped:
		l.hub.warn("what waited at the desk was dropped", "messages", q.Messages, "absent", q.Absent, "expired", q.Expired)
	}
}
