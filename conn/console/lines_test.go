package console

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"chinwag/conn/line"
	"chinwag/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func words(s string) []*protocol.Frame {
	return []*protocol.Frame{protocol.NewFrame(protocol.Notice{Text: protocol.MustText(s)})}
}

func TestLinesComeInAndGoOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		tr := newTransport(strings.NewReader("hello\r\n/who\n"), &out)
		for _, want := range []string{`{"type":"say","text":"hello"}`, `{"type":"who"}`} {
			cmd, err := tr.Receive()
			require.NoError(t, err)
			assert.Equal(t, want+"\n", string(protocol.AppendCommandJSON(nil, cmd)))
		}
		require.NoError(t, tr.Send(words("one")))
		require.NoError(t, tr.Send(words("two")))
		tr.Close()
		assert.Equal(t, "-- one\n-- two\n", out.String())
	})
}

func TestTheLastLineNeedsNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTransport(strings.NewReader("hello\n/shutdown"), io.Discard)
		for range 2 {
			_, err := tr.Receive()
			require.NoError(t, err)
		}
		tr.Close()
	})
}

func TestTheEndOfTheInputIsNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		tr := newTransport(strings.NewReader(""), &out)
		cmd, err := tr.Receive()
		require.NoError(t, err)
		assert.Equal(t, protocol.Duty{}, cmd, "nobody is there to answer visitors")
		ended := make(chan error, 1)
		go func() { _, err := tr.Receive(); ended <- err }()
		synctest.Wait()
		assert.Empty(t, ended, "Receive has returned")
		require.NoError(t, tr.Send(words("still here")))
		assert.Equal(t, "-- still here\n", out.String())
		tr.Interrupt()
		assert.Error(t, <-ended)
		require.NoError(t, tr.Send(words("goodbye")))
		assert.Equal(t, "-- still here\n-- goodbye\n", out.String())
		tr.Close()
		_, err = tr.Receive()
		assert.Error(t, err)
	})
}

func TestEachEndEndsReceive(t *testing.T) {
	for name, end := range map[string]func(*line.Transport){
		"Interrupt": (*line.Transport).Interrupt,
		"Close":     (*line.Transport).Close,
		"Abort":     (*line.Transport).Abort,
	} {
		synctest.Test(t, func(t *testing.T) {
			in, typing := io.Pipe()
			tr := newTransport(in, io.Discard)
			ended := make(chan error, 1)
			go func() { _, err := tr.Receive(); ended <- err }()
			synctest.Wait()
			assert.Empty(t, ended, name)
			end(tr)
			assert.Error(t, <-ended, name)
			tr.Close()
			_ = typing.Close()
		})
	}
}

// A pipe without a reader must not hold the server at its end.
func TestG8AbortEndsAWriteThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := &stuckWriter{free: make(chan struct{})}
		tr := newTransport(strings.NewReader(""), stuck)
		sent := make(chan error, 1)
		go func() { sent <- tr.Send(words("hello")) }()
		synctest.Wait()
		assert.Empty(t, sent)
		tr.Abort()
		assert.Error(t, <-sent)
		assert.Error(t, tr.Send(words("more")))
		close(stuck.free)
		synctest.Wait()
		assert.Equal(t, 1, stuck.count())
	})
}

type stuckWriter struct {
	free chan struct{}
	mu   sync.Mutex
	n    int
}

func (w *stuckWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.n++
	w.mu.Unlock()
	<-w.free
	return len(b), nil
}

func (w *stuckWriter) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n
}

func TestAWriteThatFailsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		_ = r.CloseWithError(os.ErrClosed)
		tr := newTransport(strings.NewReader(""), w)
		assert.True(t, errors.Is(tr.Send(words("hello")), os.ErrClosed))
		tr.Close()
	})
}
