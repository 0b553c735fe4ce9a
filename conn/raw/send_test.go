package raw

import (
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

func lines(events ...protocol.Event) (ls []*protocol.Frame) {
	for _, e := range events {
		ls = append(ls, protocol.NewFrame(e))
	}
	return ls
}

var (
	hi   = protocol.MustText("你好")
	mine = protocol.Ack{You: true}
)

func TestOnlyWordsGoOut(t *testing.T) {
	c := &conntest.FakeConn{}
	require.NoError(t, New(c, Options{}).Send(lines(
		protocol.Greeting{Server: protocol.Version}, protocol.Welcome{Server: protocol.Version}, protocol.Entered{}, protocol.TopicInfo{Text: hi},
		protocol.Replayed{Event: protocol.Said{Text: hi}}, protocol.HistoryEnd{}, protocol.Gap{Lines: 3, Why: protocol.Pruned},
		protocol.Joined{}, protocol.Left{Text: hi}, protocol.Renamed{}, protocol.TopicSet{Text: hi}, protocol.AwaySet{Text: hi},
		protocol.Refused{Refusal: protocol.Refusal{Text: "no"}}, protocol.Notice{Text: hi}, protocol.Pong{}, protocol.HelpRow{Text: "help"},
		protocol.Members{}, protocol.RoomList{}, protocol.Ignoring{}, protocol.IgnoreList{}, protocol.Echoing{}, protocol.ReadUpTo{}, protocol.Duplicate{},
		protocol.Watching{}, protocol.Watched{}, protocol.PartedFrom{}, protocol.Fronted{}, protocol.Elsewhere{Event: protocol.Said{Text: hi}},
		protocol.Said{Text: hi, Ack: mine}, protocol.Acted{Text: hi, Ack: mine}, protocol.Whispered{Text: hi, Ack: mine}, protocol.Said{},
		protocol.Said{Text: protocol.MustText("said")}, protocol.Acted{Text: protocol.MustText("acted")},
		protocol.Whispered{Text: protocol.MustText("whispered")}, protocol.Announced{Text: protocol.MustText("announced")},
		protocol.VisitorNotice{Event: protocol.VisitorWaits}, protocol.VisitorNotice{Event: protocol.VisitorTaken}, protocol.VisitorNotice{Event: protocol.TicketClosed, Text: protocol.MustText("closed")},
		protocol.Goodbye{Reason: protocol.Kicked, Text: hi}, protocol.Goodbye{Reason: protocol.Shutdown},
	)))
	assert.Equal(t, []string{"said", "acted", "whispered", "announced", "closed"}, c.Writes, "each is a write of its own")
}

func TestTheGreetingComesOnceAndFirst(t *testing.T) {
	c := &conntest.FakeConn{}
	tr := New(c, Options{Greeting: "欢迎!\r\n"})
	greeting := protocol.Greeting{Server: protocol.Version}
	require.NoError(t, tr.Send(lines(greeting)))
	require.NoError(t, tr.Send(lines(protocol.Said{Text: hi}, greeting)))
	assert.Equal(t, []string{"欢迎!\r\n", "你好"}, c.Writes)

	c = &conntest.FakeConn{}
	require.NoError(t, New(c, Options{Greeting: "hello"}).Send(lines(protocol.Goodbye{Reason: protocol.Full})))
	assert.Empty(t, c.Writes, "who cannot come in is not greeted")
}

func TestWhoTakesNothingIsStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		began := time.Now()
		tr := New(ours, Options{})
		assert.ErrorIs(t, tr.Send(lines(protocol.Said{Text: hi})), os.ErrDeadlineExceeded)
		assert.Equal(t, 33750*time.Millisecond, time.Since(began), "an eighth more at the most")
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		assert.Error(t, tr.Send(lines(protocol.Said{Text: hi})), "a part may be out: nothing follows it")
		_, _ = ours.Close(), theirs.Close()
	})
}

func TestTheEndIsSilentAndOrderly(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	theirs, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer func() { _ = theirs.Close() }()
	ours, err := l.Accept()
	require.NoError(t, err)
	_, err = theirs.Write([]byte("never read"))
	require.NoError(t, err)
	tr := New(ours, Options{})
	require.NoError(t, tr.Send(lines(protocol.Said{Text: hi}, protocol.Goodbye{Reason: protocol.Shutdown})))
	closed := make(chan struct{})
	go func() { defer close(closed); tr.Close() }()
	got, err := io.ReadAll(theirs)
	assert.NoError(t, err, "a reset")
	assert.Equal(t, "你好", string(got))
	_ = theirs.Close()
	<-closed
}
