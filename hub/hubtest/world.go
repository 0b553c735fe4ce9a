package hubtest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"chinwag/hub"
	"chinwag/hub/journal"
)

// Setup is how a World begins. The zero value is a hub with its default options on an empty journal in memory.
type Setup struct {
	hub.Options
	Bounds journal.Bounds // of the store in memory, or of Store
	Store  journal.Store  // nil: in memory

	// Run returns the function that runs the hub, for a test that looks into it. nil: Hub.Run.
	Run func(*hub.Hub) func(context.Context) error
}

// World is a hub that runs, on a journal whose Store keeps every entry.
type World struct {
	Hub   *hub.Hub
	Store *Store
	Err   error // of Run, once it has ended: nil, journal.ErrBroken, hub.ErrNode or a *hub.UnrecordedError

	t     testing.TB
	setup Setup
	stop  context.CancelFunc
	ended sync.WaitGroup

	mu      sync.Mutex
	trouble []error
}

// New begins a world. Stop and Wait end it, or Close.
func New(t testing.TB, s Setup) *World {
	if s.Store == nil {
		s.Store = journal.NewMemory(s.Bounds)
	}
	if s.Run == nil {
		s.Run = func(h *hub.Hub) func(context.Context) error { return h.Run }
	}
	w := &World{t: t, setup: s, Store: newStore(s.Store)}
	w.start(s.Options)
	return w
}

func (w *World) start(o hub.Options) {
	told := o.OnJournalError
	o.OnJournalError = func(err error) {
		w.keepTrouble(err)
		if told != nil {
			told(err)
		}
	}
	w.Hub = hub.New(w.journal(), o)
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	run := w.setup.Run(w.Hub)
	w.ended.Go(func() {
		w.Err = run(ctx)
		if !isKnown(w.Err) {
			w.t.Errorf("the hub has ended: %v", w.Err)
		}
	})
}

// isKnown reports whether a hub may end with an error.
func isKnown(err error) bool {
	_, late := errors.AsType[*hub.UnrecordedError](err)
	return err == nil || late || errors.Is(err, journal.ErrBroken) || errors.Is(err, hub.ErrNode)
}

// journal remembers few entries, so that a client that is behind reads some of them from memory and others from the
// store. It remembers none where the store prunes lines, so that gaps are seen.
func (w *World) journal() *journal.Journal {
	j := journal.New(w.Store)
	j.SetCacheSize(50)
	if w.setup.Bounds.Lines > 0 {
		j.SetCacheSize(0)
	}
	return j
}

// Restart ends the hub and begins another on the same store. Clients connect to that one from now on.
func (w *World) Restart(o hub.Options) {
	w.Stop()
	w.Wait()
	w.start(o)
}

// Stop asks the hub to end.
func (w *World) Stop() { w.stop() }

// StopWhenAsked stops the hub when an operator asks for it, as a server does. It returns then, or when the hub has
// ended.
func (w *World) StopWhenAsked() {
	select {
	case <-w.Hub.ShutdownRequested():
		w.Stop()
	case <-w.Hub.Done():
	}
}

// Wait returns when the hub has ended.
func (w *World) Wait() { w.ended.Wait() }

// Close breaks off the connections of these clients, ends the hub and waits for all of them.
func (w *World) Close(clients ...*Client) {
	for _, c := range clients {
		c.Resume()
		c.Disconnect()
	}
	w.Stop()
	w.Wait()
	for _, c := range clients {
		c.Wait()
	}
}

// Trouble is what the hub has told through Options.OnJournalError.
func (w *World) Trouble() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]error(nil), w.trouble...)
}

func (w *World) keepTrouble(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble = append(w.trouble, err)
}
