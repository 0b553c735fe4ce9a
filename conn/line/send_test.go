package line

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

// wholeWrites is a TCP connection that counts writes of less than all that waits.
type wholeWrites struct {
	*net.TCPConn
	single atomic.Int64
}

func (c *wholeWrites) Write(b []byte) (int, error) {
	c.single.Add(1)
	return c.TCPConn.Write(b)
}

func TestManyLinesAreOneWrite(t *testing.T) {
	ours, theirs := conntest.TCPPair(t)
	c := &wholeWrites{TCPConn: ours}
	require.NoError(t, New(c, Options{}).Send(conntest.Notices("one", "two", "three")))
	_ = ours.Close()
	got, err := io.ReadAll(theirs)
	require.NoError(t, err)
	assert.Equal(t, "-- one\n-- two\n-- three\n", string(got))
	assert.Equal(t, int64(1), c.single.Load())
}

func TestManyLongLinesAreNotCopied(t *testing.T) {
	ours, theirs := conntest.TCPPair(t)
	c := &wholeWrites{TCPConn: ours}
	long := strings.Repeat("x", 4000)
	require.NoError(t, New(c, Options{}).Send(conntest.Notices(long, long, long, long, long)))
	_ = ours.Close()
	got, err := io.ReadAll(theirs)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("-- "+long+"\n", 5), string(got))
	assert.Zero(t, c.single.Load(), "the system takes them as they are")
}

func TestSendKeepsNothing(t *testing.T) {
	tr := New(&conntest.FakeConn{}, Options{})
	require.NoError(t, tr.Send(conntest.Notices(make([]string, 10000)...)))
	bufs := tr.encode(conntest.Notices("a", "b"))
	assert.Less(t, cap(*bufs), 10000, "one burst must not cost memory for ever")
	freeBuffers(bufs)
	for _, b := range (*bufs)[:2] {
		assert.Nil(t, b)
	}
}

func TestJSONBeginsAtTheWelcomeThatHasAToken(t *testing.T) {
	c := &conntest.FakeConn{}
	tr := New(c, Options{})
	greeting := protocol.NewFrame(protocol.Greeting{Server: protocol.Version})
	answer := protocol.NewFrame(protocol.Welcome{Server: protocol.Version, Token: "T"})
	require.NoError(t, tr.Send([]*protocol.Frame{greeting, conntest.Notices("text")[0], answer, conntest.Notices("json")[0]}))
	require.NoError(t, tr.Send([]*protocol.Frame{greeting}))
	lines := strings.Split(strings.TrimSuffix(c.Written(), "\n"), "\n")
	require.Len(t, lines, 5)
	assert.True(t, strings.HasPrefix(lines[0], "-- Welcome"), lines[0])
	assert.Equal(t, "-- text", lines[1])
	for _, l := range lines[2:] {
		assert.True(t, protocol.IsJSON([]byte(l)), l)
	}
}

// A hello alone changes nothing: until it is answered all is text.
func TestRefusalsBeforeTheWelcomeAreText(t *testing.T) {
	c := conntest.Packets(helloJSON + "\n")
	tr := New(c, Options{})
	_, err := tr.Receive()
	require.NoError(t, err)
	require.NoError(t, tr.Send(conntest.Notices("wait")))
	assert.Equal(t, "-- wait\n", c.Written())
}

func TestNothingIsSentBeforeItIsAskedFor(t *testing.T) {
	c := conntest.Packets("hi\r\n", "\xfb\xfd\n", "你\n")
	tr := New(c, Options{})
	for err := error(nil); err != io.EOF; _, err = tr.Receive() {
	}
	assert.Empty(t, c.Written())
}

func TestAProgramIsNotAnsweredInTelnet(t *testing.T) {
	c := conntest.Packets("\xff\xfd\x01")
	tr := New(c, Options{})
	require.NoError(t, tr.Send([]*protocol.Frame{protocol.NewFrame(protocol.Welcome{Token: "T"})}))
	c.Writes = nil
	_, _ = tr.Receive()
	assert.Empty(t, c.Written())
}
