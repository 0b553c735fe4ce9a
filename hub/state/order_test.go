package state

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// twoNodes is a world in which two nodes are live; ann is at the first, and bob at the second.
func twoNodes(t *testing.T) *several {
	v := newSeveral(t)
	v.begins(1, defaults())
	v.begins(2, defaults())
	v.opensAt(1, "ann", nil)
	v.opensAt(2, "bob", nil)
	return v
}

func TestAnIncarnationBegins(t *testing.T) {
	v := newSeveral(t)
	assert.Zero(t, v.m.Position())
	assert.Nil(t, v.m.Order)
	assert.Equal(t, []string{"the server configured", "the server started", "node 1 began its life 1"}, v.caused(v.begins(1, defaults())))
	assert.Equal(t, []string{"node 2 began its life 1"}, v.caused(v.begins(2, defaults())), "the settings are the same, and the server runs")
	number, live := v.m.IncarnationOf(2)
	assert.Equal(t, []any{uint64(1), true, uint64(2), uint64(Rules)}, []any{number, live, v.m.Position(), v.m.Order.Rules})
	number, live = v.m.IncarnationOf(3)
	assert.Equal(t, []any{uint64(0), false}, []any{number, live})
}

func TestSettingsAreThoseOfTheNodeThatBeganLast(t *testing.T) {
	v := twoNodes(t)
	set := defaults()
	set.Rooms, set.Replies = 7, []Canned{{"hours", textOf("We are closed.")}}
	assert.Equal(t, []string{"the server configured", "node 3 began its life 1"}, v.caused(v.begins(3, set)))
	assert.Equal(t, set, v.m.Settings)
	m, _, err := v.store.load()
	require.NoError(t, err)
	assert.Equal(t, set, m.Settings)
}

// An intent that is void has its place in the order, and nothing else comes of it.
func TestIntentsThatAreVoid(t *testing.T) {
	say := Command{Command: protocol.Say{Text: textOf("hello")}}
	for name, of := range map[string]func(*several) Intent{
		"it comes twice":                        func(v *several) Intent { return v.order[len(v.order)-1] },
		"the one before it is lost":             func(_ *several) Intent { return Intent{Origin: Origin{1, 1, 4}, Op: Heartbeat{}} },
		"it is of an incarnation that is over":  func(_ *several) Intent { return Intent{Origin: Origin{2, 0, 3}, Op: Heartbeat{}} },
		"it is of one that has not begun":       func(_ *several) Intent { return Intent{Origin: Origin{2, 2, 3}, Op: Heartbeat{}} },
		"it is of a node that has not":          func(_ *several) Intent { return Intent{Origin: Origin{3, 1, 1}, Op: Heartbeat{}} },
		"the connection is another node's":      func(v *several) Intent { return Intent{Origin: Origin{2, 1, 3}, Conn: v.clients["ann"].conn, Op: say} },
		"a session is to begin at another node": func(_ *several) Intent { return Intent{Origin: Origin{2, 1, 3}, Op: Open{Conn: Node(1).Conn(9)}} },
		"or to go on there":                     func(_ *several) Intent { return Intent{Origin: Origin{2, 1, 3}, Op: Resume{Conn: Node(1).Conn(9)}} },
		"an incarnation begins twice":           func(v *several) Intent { return v.order[1] },
		"one begins that is not the next":       func(v *several) Intent { return v.begin(Origin{2, 1, 1}, Rules, epochOfAll) },
		"its first intent is lost":              func(v *several) Intent { return v.begin(Origin{2, 2, 2}, Rules, epochOfAll) },
		"it has other rules than the live":      func(v *several) Intent { return v.begin(Origin{2, 2, 1}, Rules+1, epochOfAll) },
		"it has another journal":                func(v *several) Intent { return v.begin(Origin{2, 2, 1}, Rules, uuid.UUID{}) },
	} {
		t.Run(name, func(t *testing.T) {
			v := twoNodes(t)
			in := of(v)
			position, before := v.m.Position(), v.m.dumpWithout()
			o := v.repeats(in)
			assert.Equal(t, []string{"void"}, v.caused(o))
			assert.Len(t, o.Rows, 1, "the position is recorded")
			assert.Equal(t, before, v.m.dumpWithout())
			assert.Equal(t, position+1, v.m.Position())
		})
	}
}

// begin is the first intent of an incarnation.
func (v *several) begin(of Origin, rules uint64, epoch uuid.UUID) Intent {
	return Intent{Origin: of, Time: v.now, Op: Start{Settings: defaults(), Rules: rules, Epoch: epoch}}
}

// dumpWithout is all that a machine knows but for its position in the order.
func (m *Machine) dumpWithout() string {
	was := m.common.Order
	o := *was
	o.Position = 0
	m.common.Order = &o
	defer func() { m.common.Order = was }()
	return m.dump(true)
}

// Of a connection without a session its node says what it wants all the same.
func TestASessionIsFoundByItsConnection(t *testing.T) {
	v := twoNodes(t)
	assert.Equal(t, []string{"#lobby: <bob> hello"}, v.caused(v.types("bob", "hello")))
	assert.Equal(t, []string{"void"}, v.caused(v.proposes(2, Intent{Conn: Node(2).Conn(99), Op: Command{Command: protocol.Say{Text: textOf("hello")}}})))
	assert.False(t, v.wants(2, Heartbeat{}).Void, "that was the turn of its request")
}

func TestTheNextIncarnationEndsTheOneBefore(t *testing.T) {
	v := twoNodes(t)
	assert.Equal(t, []string{"node 2 ended, replaced", "bob detached, quiet true, seen 2, unsure false", "node 2 began its life 2"}, v.caused(v.begins(2, defaults())))
	assert.NotZero(t, v.m.sessions[v.clients["ann"].id].Conn)
	bob := v.clients["bob"]
	assert.Equal(t, []string{"void"}, v.caused(v.brings(Intent{Origin: Origin{2, 1, 3}, Conn: bob.conn, Op: Disconnect{}})))
}

// A person may have been told more than its node has said; a program says where it goes on.
func TestANodeThatSaysNothingEnds(t *testing.T) {
	v := twoNodes(t)
	v.opensAt(2, "eve", func(o *Open) { o.Program = false })
	v.opensAt(2, "bare", func(o *Open) { o.Code = Secret{} })
	v.wants(2, NoteSeen{Upto: 3})
	head := v.m.head
	assert.Empty(t, v.beats(Lease-Beat, 1))
	assert.Equal(t, []string{
		"node 2 ended, silent", "bob detached, quiet true, seen 3, unsure false", "eve detached, quiet true, seen 3, unsure true",
		"#lobby: -- bare left (the connection broke)", "bare ended",
	}, v.beats(Beat, 1))
	assert.Equal(t, head+1, v.m.head, "the others hear of the one that cannot come back")
	bob := v.m.sessions[v.clients["bob"].id]
	assert.Equal(t, []any{protocol.Lobby, v.now.Add(2 * time.Minute)}, []any{bob.Room, bob.Until})
	assert.Equal(t, []string{"void"}, v.caused(v.wants(2, Heartbeat{})))
	assert.Equal(t, []string{"node 2 began its life 2"}, v.caused(v.begins(2, defaults())))
	assert.Empty(t, v.beats(time.Minute, 1, 2))
}

// Where the log was away no node could say anything. And what a node says that has ended is no sign of life.
func TestATimeInWhichNothingIsDecidedEndsNoNode(t *testing.T) {
	v := twoNodes(t)
	for range 3 {
		v.now = v.now.Add(time.Hour)
		assert.Empty(t, v.caused(v.wants(1, Heartbeat{})))
	}
	assert.True(t, v.m.isLive(2))
	v.now = v.now.Add(time.Hour)
	assert.Equal(t, "node 2 ended, silent", v.caused(v.wants(1, Heartbeat{}))[0], "four times as long as counts")
	for range 20 {
		v.now = v.now.Add(time.Hour)
		assert.Empty(t, v.caused(v.wants(1, Heartbeat{})), "and alone it goes on")
	}
}

// The time of the log does not go back.
func TestTimeThatGoesBackCountsAsNone(t *testing.T) {
	v := twoNodes(t)
	was, clock := v.m.now, v.m.Order.Clock
	v.now = v.now.Add(-time.Hour)
	assert.Empty(t, v.caused(v.wants(1, Heartbeat{})))
	assert.Equal(t, []any{was, clock}, []any{v.m.now, v.m.Order.Clock})
}

func TestANodeSaysThatItStops(t *testing.T) {
	v := twoNodes(t)
	v.opensAt(2, "eve", func(o *Open) { o.Program = false })
	assert.Equal(t, []string{
		"the server nodeseen", "node 2 ended, stopped", "bob detached, quiet true, seen 3, unsure false", "eve detached, quiet true, seen 3, unsure false",
	}, v.caused(v.wants(2, NoteSeen{Upto: 3, Clean: true})))
	assert.Equal(t, []string{"void"}, v.caused(v.wants(2, Heartbeat{})))
}

// What a node says about a client that is another's by now is of no account.
func TestANodeTellsOfItsOwnClients(t *testing.T) {
	v := twoNodes(t)
	bob := v.m.sessions[v.clients["bob"].id]
	behind := NoteSeen{Behind: []Behind{{Session: bob.ID, Seen: 2}}}
	assert.Empty(t, v.caused(v.wants(1, behind)))
	assert.Equal(t, []string{"bob sessionseen"}, v.caused(v.wants(2, behind)))
}

func TestNodesAreBounded(t *testing.T) {
	v := newSeveral(t)
	for no := range Node(maxNodes) {
		require.False(t, v.begins(1+no, defaults()).Void)
	}
	assert.Equal(t, []string{"void"}, v.caused(v.begins(1+maxNodes, defaults())))
	assert.Equal(t, "node 5 ended, replaced", v.caused(v.begins(5, defaults()))[0])
}

// Other rules, with which the state would become another, count when no node has the old ones any more.
func TestRulesChangeWhenNoNodeIsLive(t *testing.T) {
	v := twoNodes(t)
	v.wants(1, NoteSeen{Clean: true})
	next := v.begin(Origin{1, 2, 1}, Rules+1, epochOfAll)
	assert.Equal(t, []string{"void"}, v.caused(v.brings(next)))
	v.wants(2, NoteSeen{Clean: true})
	assert.Equal(t, []string{"the server started", "node 1 began its life 2"}, v.caused(v.brings(next))[:2])
	assert.EqualValues(t, Rules+1, v.m.Order.Rules)
}

// What a node has decided by must be what another reads that is started later.
func TestSettingsAreWhatTheirRowHolds(t *testing.T) {
	v := newSeveral(t)
	set := defaults()
	set.Hold, set.Messages, set.Replies = 90*time.Second+time.Microsecond, time.Hour+time.Nanosecond, []Canned{}
	v.begins(1, set)
	v.opensAt(1, "ann", nil)
	v.begins(1, set)
	m, _, err := v.store.load()
	require.NoError(t, err)
	assert.Equal(t, v.m.Settings, m.Settings)
	assert.Equal(t, v.m.sessions[v.clients["ann"].id].Until, m.sessions[v.clients["ann"].id].Until)
	assert.Equal(t, []string{"node 2 began its life 1"}, v.caused(v.begins(2, set)), "they are the same")
}
