package conn_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
	"chinwag/protocol"
)

// slowTransport takes its time for everything.
type slowTransport struct{ *conntest.Transport }

func (s slowTransport) Send(frames []*protocol.Frame) error {
	time.Sleep(100 * time.Millisecond)
	if _, ok := frames[len(frames)-1].First().(protocol.Goodbye); ok {
		s.Note("goodbye")
	}
	return nil
}

func (s slowTransport) Interrupt() { time.Sleep(10 * time.Millisecond); s.Transport.Interrupt() }
func (s slowTransport) Close()     { s.Transport.Close(); time.Sleep(time.Second) }

// However a connection ends, its goodbye is out before it is closed, and nothing cuts short how it is closed.
func TestG8TheOrderOfAnEnd(t *testing.T) {
	for name, end := range map[string]func(*conntest.Server, slowTransport){
		"the input":                func(_ *conntest.Server, s slowTransport) { s.EndInput() },
		"the hub":                  func(w *conntest.Server, _ slowTransport) { w.Stop() },
		"the hub, after the input": func(w *conntest.Server, s slowTransport) { s.EndInput(); synctest.Wait(); w.Stop() },
		"the input, after the hub": func(w *conntest.Server, s slowTransport) { w.Stop(); synctest.Wait(); s.EndInput() },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newServer(t, hub.Options{}, conn.Options{})
			_ = listen(w)
			s := slowTransport{conntest.NewTransport()}
			w.Serve(s, hub.Identity{})
			time.Sleep(time.Second)
			end(w, s)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			assert.Equal(t, []string{"goodbye", "Interrupt", "Close"}, s.Calls(), name)
			w.End()
		})
	}
}
