package state

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func TestWhatIsSaidIsToldToTheRoomWithTheIDThatItsAuthorGave(t *testing.T) {
	k := newTalk(t, "ann")
	d := k.decide("ann", Command{Command: protocol.Say{Text: protocol.MustText("hello"), Ref: "k1"}})
	require.Len(t, d.Events, 1)
	e, said := d.Events[0], d.Events[0].What.(protocol.Said)
	assert.Equal(t, OfRoom(protocol.Lobby), e.Stream)
	assert.Equal(t, k.who["ann"], e.Author)
	assert.Equal(t, protocol.Ack{You: true, Ref: "k1"}, said.Ack)
	assert.Equal(t, protocol.Meta{Seq: e.Seq, ID: k.in.ID, Time: k.clock, Room: protocol.Lobby}, said.Meta)
	assert.Empty(t, d.Answers)
	assert.Empty(t, d.Rows)
	assert.Equal(t, []string{"#lobby * ann waves"}, k.do("ann", protocol.Me{Text: protocol.MustText("waves")}))
}

func TestAWhisperIsToldToTwo(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	d := k.decide("ann", Command{Command: protocol.Msg{To: protocol.MustNick("Bob"), Text: protocol.MustText("psst"), Ref: "k1"}})
	require.Len(t, d.Events, 2)
	theirs, ours := d.Events[0].What.(protocol.Whispered), d.Events[1].What.(protocol.Whispered)
	assert.Equal(t, []Stream{Mailbox(k.who["bob"]), Mailbox(k.who["ann"])}, []Stream{d.Events[0].Stream, d.Events[1].Stream})
	assert.Zero(t, theirs.Ack)
	assert.Equal(t, protocol.Ack{You: true, Ref: "k1"}, ours.Ack)
	assert.Equal(t, theirs.ID, ours.ID)
	assert.Equal(t, theirs.Seq+1, ours.Seq)
	assert.Equal(t, protocol.MustNick("bob"), ours.To)
}

func TestWhoIsAwayIsSaidToBe(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	msg := protocol.Msg{To: protocol.MustNick("bob"), Text: protocol.MustText("psst")}
	k.do("bob", protocol.Away{Text: protocol.MustText("lunch")})
	assert.Equal(t, "ann: -- bob is away: lunch", last(k.do("ann", msg)))
	k.do("ann", protocol.Ignore{Nick: protocol.MustNick("bob")})
	assert.Equal(t, "@ann [you -> bob] psst", last(k.do("ann", msg)))
}

func TestWhoCannotBeWhisperedTo(t *testing.T) {
	k := newTalk(t, "op", "ann", "bob", "vic", "cut", "mute")
	k.do("vic", protocol.Desk{})
	k.decide("cut", Disconnect{Reason: protocol.Lost})
	to := func(name string) protocol.Msg {
		return protocol.Msg{To: protocol.MustNick(name), Text: protocol.MustText("psst"), Ref: "k1"}
	}
	for _, c := range []struct{ who, to, told string }{
		{"ann", "carol", "ann: -- there is nobody called carol just now"},
		{"ann", "b0b", "ann: -- there is nobody called b0b just now"},
		{"ann", "vic", "ann: -- there is nobody called vic just now"},
		{"op", "vic", "op: -- vic is at the desk: begin the line with @1 to answer"},
		{"ann", "cut", "ann: -- cut has lost the connection just now: please try again when they are back"},
		{"ann", "ann", "ann: -- that is you"},
	} {
		assert.Equal(t, []string{c.told}, k.do(c.who, to(c.to)), "%s to %s", c.who, c.to)
	}
	d := k.decide("ann", Command{Command: to("carol")})
	assert.Equal(t, protocol.Ref("k1"), d.Answers[0].Event.(protocol.Refused).Ref)

	k.decide("", Start{Settings: k.Settings}) // a restart: all are where they were, without a connection
	k.decide("", Open{As: k.who["ann"], Conn: 99, Token: Secret(k.who["ann"])})
	assert.Equal(t, "ann: -- mute has lost the connection just now: please try again when they are back", last(k.do("ann", to("mute"))))
}

func TestWhatIsNotDoneInTheRoom(t *testing.T) {
	k := newTalk(t, "op", "ann", "vic")
	me := func(text string) protocol.Me { return protocol.Me{Text: protocol.MustText(text)} }
	assert.Equal(t, []string{"#lobby * ann @1 waves"}, k.do("ann", me("@1 waves")))
	k.do("vic", protocol.Desk{})
	assert.Equal(t, []string{"ann: -- " + notReplying.Text}, k.do("ann", me("@1 waves")))
	assert.Equal(t, []string{"#lobby * ann @1"}, k.do("ann", me("@1")))
	assert.Equal(t, []string{"op: -- " + protocol.BadReply(1).Text}, k.do("op", me("@1 waves")))
	k.do("op", protocol.Take{Ticket: 1})
	assert.Equal(t, []string{"op: -- " + meThere.Text}, k.do("op", me("waves")))
	assert.Equal(t, []string{"@vic#desk <op> hello", "desk [you -> @1 vic] hello"}, k.do("op", aSay("hello")))
}

func TestASecretIsNotSaid(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	ann, bob, other := Secret(k.who["ann"]), Secret(k.who["bob"]), Secret{0: 7}
	refused := func(secrets ...Secret) bool {
		d := k.decide("ann", Command{Command: aSay("whatever")}, secrets...)
		return len(d.Events) == 0
	}
	assert.False(t, refused())
	assert.False(t, refused(other, Secret{}))
	assert.True(t, refused(ann), "one's own")
	assert.True(t, refused(other, bob))
	k.decide("bob", Disconnect{Reason: protocol.Lost})
	assert.True(t, refused(bob), "it is held")
	k.clock = k.clock.Add(k.Settings.Hold + 1)
	k.decide("", Tick{})
	assert.False(t, refused(bob), "it is over")
}

// A line that is one of many changes no row, keeps nothing for undo, and allocates nothing but its event.
func TestALineAllocatesOneEvent(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	for range 300 { // small numbers are made an interface of for nothing
		k.said("ann", "hello", "")
	}
	k.Release(k.Number())
	assert.Equal(t, maxSpoken, k.of("ann").spoken)
	for _, c := range []struct {
		name string
		most float64
		cmd  protocol.Command
	}{
		{"a line", 1, aSay("hello")},
		{"an act", 1, protocol.Me{Text: protocol.MustText("waves")}},
	} {
		in := &Intent{Time: k.clock, Session: k.who["ann"], Conn: k.of("ann").Conn, Op: Command{Command: c.cmd}}
		assert.Equal(t, c.most, testing.AllocsPerRun(100, func() {
			d := k.Decide(in)
			if len(d.Events) != 1 || len(d.Rows) != 0 || len(d.Answers) != 0 {
				t.Error("it was not just said")
			}
			k.Release(k.Number())
		}), c.name)
		assert.Empty(t, k.undo.softs)
	}
}

// Each whisper and each line at the desk makes the names of two streams.
func TestANameOfAStreamIsAllocatedOnce(t *testing.T) {
	id := uuid.New()
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { made = Mailbox(id) }))
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { made = Conversation(id) }))
	assert.Equal(t, Stream("@"+id.String()), Mailbox(id))
	assert.Equal(t, Stream("@"+id.String()+"#desk"), Conversation(id))
}

var made Stream

func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// Rules emit what follows from an event, so that a function that applies it does not emit that again.
func TestNothingIsEmittedWhileAnEventIsApplied(t *testing.T) {
	k := newTalk(t, "ann")
	k.applying = true
	assert.Panics(t, func() { k.said("ann", "hello", "") })
}
