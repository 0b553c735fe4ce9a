package tui

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStopBeforeRun(t *testing.T) {
	f := newFake(40, 5)
	s := New(Options{Terminal: f})
	say(s, "early")
	s.Stop()
	s.Stop()
	require.NoError(t, s.Run())
	_, open := <-s.Lines()
	assert.False(t, open)
	assert.Zero(t, f.shots, "the terminal was touched")
	assert.Error(t, s.Run(), "twice")
}

func TestPrintBeforeAndAfterRun(t *testing.T) {
	f := newFake(40, 5)
	s := New(Options{Terminal: f})
	say(s, "early")
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	f.sees(t, "early")
	s.Stop()
	require.NoError(t, within(t, ended))
	for i := range 20_000 {
		say(s, fmt.Sprint(i))
	}
	s.Bell()
	s.SetStatus("late")
	s.Stop()
	assert.Empty(t, s.box.take().lines)
}

func TestNothingPrintedBeforeRunIsUnbounded(t *testing.T) {
	f := newFake(40, 5)
	s := New(Options{Terminal: f, Scrollback: 100})
	for i := range 20_000 {
		say(s, fmt.Sprint(i))
	}
	assert.Len(t, s.box.updates.lines, 100)
	s.Stop()
	require.NoError(t, s.Run())
	assert.Empty(t, s.box.updates.lines)
}

func TestStopWhileEverybodyIsBusy(t *testing.T) {
	for range 50 {
		f := newFake(40, 5)
		s := New(Options{Terminal: f})
		ended := make(chan error, 1)
		go func() { ended <- s.Run() }()
		f.until(t, func(shot) bool { return true })
		var crowd sync.WaitGroup
		for range 4 {
			crowd.Go(func() {
				for i := range 100 {
					say(s, fmt.Sprint(i))
				}
				s.Stop()
			})
			crowd.Go(func() {
				for range 100 {
					f.typed("x")
				}
			})
		}
		require.NoError(t, within(t, ended))
		crowd.Wait()
	}
}

func TestEndsOnTheEmptyLineOnly(t *testing.T) {
	for _, end := range []tcell.Key{tcell.KeyCtrlC, tcell.KeyCtrlD} {
		f := newFake(40, 5)
		s := New(Options{Terminal: f})
		ended := make(chan error, 1)
		go func() { ended <- s.Run() }()
		f.until(t, func(shot) bool { return true })
		f.typed("last")
		f.press(tcell.KeyEnter)
		f.typed("ab")
		f.press(tcell.KeyHome, end) // clears, or deletes
		f.until(t, func(s shot) bool { return s.input() != "> ab" })
		f.press(tcell.KeyCtrlC, end)
		assert.NoError(t, within(t, ended))
		assert.Equal(t, "last", (<-s.Lines()).Text, "what was typed can still be read")
		_, open := <-s.Lines()
		assert.False(t, open)
	}
}

func TestTheTerminalGoesAway(t *testing.T) {
	f := newFake(40, 5)
	s := New(Options{Terminal: f})
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	f.until(t, func(shot) bool { return true })
	f.post(tcell.NewEventError(errors.New("hung up")))
	assert.EqualError(t, within(t, ended), "the terminal went away")
	assert.True(t, f.ended)
}

func TestAPanicLeavesTheTerminalWhole(t *testing.T) {
	f := newFake(40, 5)
	s := New(Options{Terminal: f, Complete: func(string) []string { panic("oh") }})
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		_ = s.Run()
	}()
	f.until(t, func(shot) bool { return true })
	f.press(tcell.KeyTab)
	assert.Equal(t, "oh", within(t, ended))
	assert.True(t, f.ended)
	_, open := <-s.Lines()
	assert.False(t, open)
}

// flood is a terminal that never stops typing.
type flood struct {
	drawn, drained         chan struct{}
	onceDrawn, onceDrained sync.Once
}

func (*flood) Start() error        { return nil }
func (*flood) Stop() error         { return nil }
func (*flood) Close() error        { return nil }
func (*flood) NotifyResize(func()) {}

func (*flood) WindowSize() (tcell.WindowSize, error) {
	return tcell.WindowSize{Width: 40, Height: 5}, nil
}

func (t *flood) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("xxx")) {
		t.onceDrawn.Do(func() { close(t.drawn) })
	}
	return len(b), nil
}

func (t *flood) Drain() error {
	t.onceDrained.Do(func() { close(t.drained) })
	return nil
}

func (t *flood) Read(b []byte) (int, error) {
	select {
	case <-t.drained:
		return 0, errors.New("drained")
	default:
		copy(b, bytes.Repeat([]byte("x"), len(b)))
		return len(b), nil
	}
}

func TestStopWhileInputFloodsIn(t *testing.T) {
	t.Setenv("TERM", "xterm")
	for range 20 {
		tty := &flood{drawn: make(chan struct{}), drained: make(chan struct{})}
		term, err := overTty(tty)
		require.NoError(t, err)
		s := New(Options{Terminal: term})
		ended := make(chan error, 1)
		go func() { ended <- s.Run() }()
		within(t, tty.drawn)
		s.Stop()
		require.NoError(t, within(t, ended))
	}
}

// brokenTerminal is a terminal that cannot be initialised.
type brokenTerminal struct {
	tcell.Screen
	err error
}

func (b brokenTerminal) Init() error { return b.err }

func TestATerminalThatFailsIsNoDisk(t *testing.T) {
	for errno, words := range map[syscall.Errno]string{
		syscall.EIO:    "the system gives this program no access to it",
		syscall.ENXIO:  "the system gives this program no access to it",
		syscall.ENOENT: "the system gives this program no access to it",
		syscall.EACCES: "you have no permission for that",
	} {
		err := New(Options{Terminal: brokenTerminal{err: &fs.PathError{Op: "open", Path: "/dev/tty", Err: errno}}}).Run()
		require.ErrorIs(t, err, ErrNoScreen)
		assert.EqualError(t, err, "this terminal cannot show a screen: "+words)
	}
}
