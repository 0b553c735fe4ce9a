package hub

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// feedScript drives one session through its feeds, and notes the transitions.
type feedScript struct {
	*stage
	c    *Client
	s    *session
	seen [behind + 1][behind + 1]bool
}

// step notes the transition of f.
func (p *feedScript) step(t *testing.T, to feed, f func()) {
	from := p.s.feed
	f()
	require.Equal(t, to, p.s.feed)
	p.seen[from][to] = true
}

// open has a session begin: on the way to live it is resuming.
func (p *feedScript) open(t *testing.T) {
	id := uuid.New()
	p.beginDelivery(id, &state.Session{Conn: p.c.conn})
	p.s = p.sessions[id]
	require.Equal(t, live, p.s.feed)
	p.seen[unbound][resuming], p.seen[resuming][live] = true, true
	p.deliverEntry(p.next(id, protocol.Joined{From: nick("new")}))
}

func (p *feedScript) unbind(t *testing.T) { p.step(t, unbound, func() { p.loop.unbind(p.s) }) }

func (p *feedScript) resume(t *testing.T) {
	p.step(t, resuming, func() { p.bind(p.c, p.s, 0) })
}

func (p *feedScript) read(t *testing.T) {
	stays := []state.Stay{{Stream: state.OfRoom(protocol.Lobby)}}
	p.step(t, behind, func() { p.readFrom(nil, p.c, state.CatchUp{Stays: stays}) })
}

func (p *feedScript) fill(t *testing.T) {
	p.opts.Outbox = 1
	p.step(t, behind, func() {
		p.deliverEntry(p.say())
		p.broadcast()
	})
}

func (p *feedScript) reachHead(t *testing.T) {
	p.step(t, live, func() { assert.True(t, asks(p.loop, p.c, &catchup{no: p.c.catchupNo}).live) })
}

// A session can go each way of the table and no other.
func TestAFeedChangesAsInItsTable(t *testing.T) {
	st := newStage(2)
	p := &feedScript{stage: st, c: st.clients[1], s: st.clients[1].session}
	p.unbind(t) // from live
	p.open(t)
	p.fill(t)
	p.reachHead(t)
	p.read(t) // from live
	p.unbind(t)
	p.resume(t)
	p.unbind(t)
	p.resume(t)
	p.read(t)
	for from := range feedMoves {
		for to, why := range feedMoves[from] {
			assert.Equal(t, why != "", p.seen[from][to], "from %d to %d: %q", from, to, why)
			if s := (&session{feed: feed(from)}); why == "" {
				assert.Panics(t, func() { s.become(feed(to)) })
			}
		}
	}
}
