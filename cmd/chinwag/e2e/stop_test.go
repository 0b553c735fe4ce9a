//go:build unix

package e2e

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	terminate = syscall.SIGTERM
	farewell  = "-- goodbye: the server is shutting down, please come back in a while\n" // after a signal
	closed    = "-- goodbye: the server is shutting down\n"                              // after /shutdown
)

// TestG8EverybodyHearsGoodbye: clients that read get it and an orderly end of the stream, those that do not hold up
// nothing.
func TestG8EverybodyHearsGoodbye(t *testing.T) {
	t.Parallel()
	h := open(t, "--grace", "2s", "--per-address-rate", "0")
	nc, ann, bob := h.nc(), h.enter("ann"), h.enter("bob")
	nc.isCalled("cleo")
	nc.finishes()
	hasty := h.enter("hasty") // sends faster than it is read: input lies unread at the end
	hasty.sends(strings.Repeat("as fast as I can\n", 2000))
	quiet := h.stranger()
	quiet.expect("-- Welcome...")
	h.stuck(ann)
	h.dial() // never reads or says anything, and holds its end open
	ann.types("the last line")
	bob.expect("<ann> the last line")

	began := time.Now()
	h.process.signal(terminate)
	for _, p := range []*person{ann, bob, hasty, quiet, nc} {
		assert.True(t, strings.HasSuffix(p.ends(), farewell), "%s:\n%s", p.name, clip(p.all()))
		assert.NoError(t, p.broke(), p.name)
	}
	assert.Zero(t, nc.process.exits())
	assert.Zero(t, h.process.exits())
	assert.Less(t, time.Since(began), 3*time.Second)
	assert.NotContains(t, h.log.all(), "panic")
}

// stuck adds a member that does not read, and has been sent more than the system holds for it.
func (h *server) stuck(witness *person) {
	h.t.Helper()
	c := h.dial(smallWindow)
	_, err := io.WriteString(c, "/nick stuck\nhello\n"+strings.Repeat("/help\n", 20000))
	if err != nil {
		require.ErrorIs(h.t, err, os.ErrDeadlineExceeded)
	}
	witness.expect("<stuck> hello")
}

// A client that reads late, but within the grace, has not lost the goodbye, though what it sent was never read.
func TestG8ALateReaderHearsGoodbye(t *testing.T) {
	t.Parallel()
	h := open(t, "--per-address-rate", "0")
	ann := h.enter("ann")
	late := h.dial(smallWindow)
	_, err := io.WriteString(late, "/nick late\nhello\n"+strings.Repeat("/help\n", 300)+strings.Repeat("never read\n", 2000))
	require.NoError(t, err)
	ann.expect("<late> hello")
	h.process.signal(terminate)
	ann.ends() // so the goodbyes are being said
	seen, err := io.ReadAll(late)
	assert.NoError(t, err)
	assert.True(t, strings.HasSuffix(string(seen), farewell), clip(string(seen)))
	assert.Zero(t, h.process.exits())
}

// TestG8InTheMidstOfAFlood: twenty clients that never stop sending hear it too.
func TestG8InTheMidstOfAFlood(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0", "--grace", "20s", "--per-address-rate", "0")
	ann := h.enter("ann")
	var over sync.WaitGroup
	ends := make([]tail, 20)
	for i := range ends {
		c := h.dial()
		_, err := io.ReadFull(c, make([]byte, len("-- Welcome"))) // so it is in
		require.NoError(t, err)
		over.Go(func() { ends[i].read(c) })
		over.Go(func() {
			for block := []byte(strings.Repeat("all that I have to say\n", 50)); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		})
	}
	for range 2000 {
		ann.expect("...all that I have to say")
	}
	h.process.signal(terminate)
	assert.True(t, strings.HasSuffix(ann.ends(), farewell))
	assert.NoError(t, ann.broke())
	assert.Zero(t, h.process.exits())
	over.Wait()
	for i := range ends {
		assert.NoError(t, ends[i].err)
		assert.True(t, strings.HasSuffix(string(ends[i].text), farewell), "%q", ends[i].text)
	}
}

// tail is the last that a client was told of a lot.
type tail struct {
	text []byte
	err  error
}

// read reads to the end and closes, as nc does.
func (e *tail) read(c net.Conn) {
	buf := make([]byte, 64<<10)
	for e.err == nil {
		var n int
		n, e.err = c.Read(buf)
		e.text = append(e.text, buf[:n]...)
		e.text = bytes.Clone(e.text[max(0, len(e.text)-100):])
	}
	if e.err == io.EOF {
		e.err = nil
	}
	_ = c.Close()
}

// A second signal ends the server without goodbyes.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t, "--grace", "60s", "--stall", "0")
	ann := h.enter("ann")
	h.stuck(ann)
	h.process.signal(terminate)
	assert.True(t, strings.HasSuffix(ann.ends(), farewell))
	assert.True(t, h.process.runs(), "it waits for the one who does not read")
	h.process.signal(terminate)
	assert.Equal(t, -1, h.process.exits())
	assert.Equal(t, terminate, h.process.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
}

// An interrupt is what Ctrl-C sends.
func TestAnInterruptIsAGoodbyeToo(t *testing.T) {
	t.Parallel()
	h := openPiped(t)
	ann := h.enter("ann")
	h.process.signal(os.Interrupt)
	assert.True(t, strings.HasSuffix(ann.ends(), farewell))
	assert.True(t, strings.HasSuffix(h.console.ends(), farewell))
	assert.Zero(t, h.process.exits())
}

// A port that is taken is told in a sentence.
func TestAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	h := open(t)
	second := launch(t, exec.Command(program(t), "serve", "--listen", h.addr), nil)
	assert.Equal(t, 1, second.process.exits())
	assert.Equal(t, "chinwag: somebody listens on "+h.addr+" already, perhaps another chinwag: end it, or choose another port with --listen\n", second.log.ends())
}
