package line

import (
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

// receiveAll is all that comes out of these bytes, as text: a command in JSON, or "refused CODE".
func receiveAll(t *testing.T, in string, o Options) (got []string, err error) {
	tr := New(conntest.Packets(in), o)
	for {
		cmd, err := tr.Receive()
		var refusal *protocol.Refusal
		switch {
		case err == nil:
			got = append(got, strings.TrimSpace(string(protocol.AppendCommandJSON(nil, cmd))))
		case assert.ObjectsAreEqual(io.EOF, err), assert.ObjectsAreEqual(errOtherProtocol, err):
			return got, err
		default:
			require.ErrorAs(t, err, &refusal)
			got = append(got, "refused "+refusal.Code)
		}
	}
}

const (
	helloJSON = `{"type":"hello"}`
	saysJSON  = `{"type":"say","text":"hi"}`
	saysBrace = `{"type":"say","text":"{hm"}`
)

func TestTheFirstLineDecidesTheSpelling(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"text", "hi\n/who\n", []string{saysJSON, `{"type":"who"}`}},
		{"JSON", helloJSON + "\n" + saysJSON + "\n", []string{helloJSON, saysJSON}},
		{"JSON after CR LF", helloJSON + "\r\n" + saysJSON + "\r\n", []string{helloJSON, saysJSON}},
		{"blank lines in JSON", helloJSON + "\n\n  \n\r\n" + saysJSON + "\n", []string{helloJSON, saysJSON}},
		{"text among JSON", helloJSON + "\nhi\n" + saysJSON, []string{helloJSON, "refused bad-json", saysJSON}},
		{"blank lines before a hello", "\n\r\n" + helloJSON + "\n" + saysJSON, []string{helloJSON, saysJSON}},
		{"a telnet that speaks JSON", "\xff\xfb\x1f" + helloJSON + "\n" + saysJSON, []string{helloJSON, saysJSON}},
		{"no hello", saysJSON + "\n", []string{"refused hello-first"}},
		{"a hello after none", saysJSON + "\n" + helloJSON + "\n" + saysJSON, []string{"refused hello-first", helloJSON, saysJSON}},
		{"a better hello", `{"type":"hello","nick":"a b","token":"T"}` + "\n" + helloJSON + "\n" + saysJSON, []string{"refused bad-name", helloJSON, saysJSON}},
		{"broken JSON", `{"type":` + "\n", []string{"refused bad-json"}},
		{"an empty object", "{}\n", []string{"refused unknown-command"}},
		{"somebody who types a brace", "{hm\n", []string{saysBrace}},
		{"a brace alone", "{\n", []string{`{"type":"say","text":"{"}`}},
		{"a hello comes too late", "hi\n" + helloJSON + "\nhi\n", []string{saysJSON, "refused program-line", saysJSON}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := receiveAll(t, c.in, Options{})
			assert.Equal(t, io.EOF, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestBlankLinesAreNoCommands(t *testing.T) {
	got, err := receiveAll(t, "\n \r\n\t\n\u200b\nhi\n\n", Options{})
	assert.Equal(t, io.EOF, err)
	assert.Equal(t, []string{saysJSON}, got)
}

func TestOtherProtocolsAreNobody(t *testing.T) {
	for _, in := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /x?y=z HTTP/1.0\r\n",
		"SSH-2.0-OpenSSH_9.9\r\n",
		"\x16\x03\x01\x02\x00\x01\n",
	} {
		got, err := receiveAll(t, in, Options{})
		assert.Equal(t, errOtherProtocol, err, in)
		assert.Empty(t, got, in)
	}
	for _, in := range []string{"what is HTTP/1.1", "ssh", "what does GET / HTTP/1.1 do?"} {
		got, _ := receiveAll(t, in, Options{})
		assert.Len(t, got, 1, in)
	}
	got, _ := receiveAll(t, "hi\nGET / HTTP/1.1\n", Options{})
	assert.Len(t, got, 2)
}

func TestLongLinesAreRefusedOnce(t *testing.T) {
	long := strings.Repeat("x", protocol.MaxText)
	got, _ := receiveAll(t, long+"\n"+long+"y\nhi\n", Options{})
	assert.Equal(t, []string{`{"type":"say","text":"` + long + `"}`, "refused line-too-long", saysJSON}, got)
	got, _ = receiveAll(t, "12345\n123456\n", Options{LineMax: 5})
	assert.Equal(t, []string{`{"type":"say","text":"12345"}`, "refused line-too-long"}, got)
}

// A text of the most bytes must fit however a program escapes it.
func TestLongJSONLines(t *testing.T) {
	escaped := strings.Repeat(`\u0078`, protocol.MaxText)
	got, _ := receiveAll(t, helloJSON+"\n"+`{"type":"say","id":"`+strings.Repeat("i", 64)+`","text":"`+escaped+"\"}\n", Options{})
	require.Len(t, got, 2)
	assert.Contains(t, got[1], strings.Repeat("x", protocol.MaxText))
	got, _ = receiveAll(t, helloJSON+"\n"+`{"type":"say","text":"`+escaped+`\u0078"}`+"\n"+saysJSON, Options{})
	assert.Equal(t, []string{helloJSON, "refused line-too-long", saysJSON}, got)
	got, _ = receiveAll(t, helloJSON+"\n"+strings.Repeat("x", jsonRoom(protocol.MaxText)+1)+"\n"+saysJSON, Options{})
	assert.Equal(t, []string{helloJSON, "refused line-too-long", saysJSON}, got)
}

// goneConn is a connection whose other end is gone, of which the system has told the writer: the reader sees an orderly
// end.
type goneConn struct {
	*conntest.FakeConn
	told error
}

func (c *goneConn) Write([]byte) (int, error) { return 0, c.told }

func TestHalfALineBeforeAResetIsNoLine(t *testing.T) {
	tr := New(&goneConn{conntest.Packets("whole\nha"), syscall.ECONNRESET}, Options{})
	require.Error(t, tr.Send([]*protocol.Frame{protocol.NewFrame(protocol.HistoryEnd{})}))
	cmd, err := tr.Receive()
	require.NoError(t, err)
	assert.Equal(t, protocol.Say{Text: protocol.MustText("whole")}, cmd)
	cmd, err = tr.Receive()
	assert.Nil(t, cmd)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// The system tells EPIPE where the input had ended in good order before the other side was gone: printf hi >
// /dev/tcp/HOST/PORT.
func TestALineWithoutItsEndBeforeAnOrderlyEndIsALine(t *testing.T) {
	tr := New(&goneConn{conntest.Packets("whole\nhi"), syscall.EPIPE}, Options{})
	require.Error(t, tr.Send([]*protocol.Frame{protocol.NewFrame(protocol.HistoryEnd{})}))
	for _, want := range []string{"whole", "hi"} {
		cmd, err := tr.Receive()
		require.NoError(t, err)
		assert.Equal(t, protocol.Say{Text: protocol.MustText(want)}, cmd)
	}
	_, err := tr.Receive()
	assert.ErrorIs(t, err, io.EOF)
}
