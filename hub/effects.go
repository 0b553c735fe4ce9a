package hub

import (
	"chinwag/hub/state"
	"chinwag/protocol"
)

// An effect that reads the journal is the work of the client's own writer, and takes its place among the answers. What
// is for no client, the loop carries out at once.

// appendEffect appends the item that has c's writer do what an effect asks for.
func (l *loop) appendEffect(items []item, c *Client, e state.Effect, at *control, ref protocol.Ref) []item {
	s := c.session
	switch e := e.(type) {
	case state.Shutdown:
		l.carryOut(e)
		return items
	case state.CatchUp:
		return l.readFrom(items, c, e)
	}
	if s == nil {
		return items
	}
	at.ref = ref
	switch e := e.(type) {
	case state.Replay:
		if at.replay = (&replay{view: s.journalView(), Replay: e}); !e.End {
			at.ref = ""
		}
	case state.Search:
		at.search = &search{s.journalView(), e}
	case state.Redact:
		at.redact = &e
	case state.Transcript:
		at.transcript = &transcript{view: s.journalView(), ticket: e.Ticket, extents: l.transcripts.find(e.Ticket, e.Lines), last: e.Lines}
		if e.Lines >= 0 { // it was not asked for
			at.ref = ""
		}
	}
	return append(items, item{control: at})
}

// carryOut does what an effect for no client asks for.
func (l *loop) carryOut(e state.Effect) {
	switch e := e.(type) {
	case state.Shutdown:
		l.shutdownText = e.Text
		l.requestShutdown()
	case state.Inheritance:
		l.logLegacy(e)
	case state.Redact:
		l.eraseAlone(e)
	case state.Diverged:
		l.hub.warn("the nodes do not have the same state, and none has that of most: all but one should begin again with a copy of its journal", "position", e.Position)
	case state.Dropped:
		l.hub.warn("what waited at the desk was dropped", "messages", e.Messages, "absent", e.Absent, "expired", e.Expired)
	}
}
