// Package tuitest is a terminal for tests of what is shown and typed.
package tuitest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/require"
)

// Terminal has 12 rows of 110 columns. A test can wait for what it shows.
type Terminal struct {
	tcell.SimulationScreen

	mu       sync.Mutex
	picture  string
	changed  chan struct{} // closed, and made anew, with each picture
	beeps    int
	restored bool
}

// New makes a Terminal.
func New() *Terminal {
	return &Terminal{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), changed: make(chan struct{})}
}

// Init implements tcell.Screen.
func (m *Terminal) Init() error {
	err := m.SimulationScreen.Init()
	m.SetSize(110, 12)
	return err
}

// Show implements tcell.Screen.
func (m *Terminal) Show() {
	m.SimulationScreen.Show()
	cells, w, _ := m.GetContents()
	var b strings.Builder
	for i, c := range cells {
		b.WriteString(string(c.Runes))
		if (i+1)%w == 0 {
			b.WriteByte('\n')
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.picture = b.String()
	close(m.changed)
	m.changed = make(chan struct{})
}

// Fini implements tcell.Screen.
func (m *Terminal) Fini() {
	m.SimulationScreen.Fini()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restored = true
}

// Beep implements tcell.Screen.
func (m *Terminal) Beep() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.beeps++
	return nil
}

// Shows waits until a picture has want.
func (m *Terminal) Shows(t *testing.T, want string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		m.mu.Lock()
		picture, changed := m.picture, m.changed
		m.mu.Unlock()
		if strings.Contains(picture, want) {
			return
		}
		select {
		case <-changed:
		case <-late:
			require.FailNow(t, "never shown: "+want, picture)
		}
	}
}

// Keys types text, in which \n is Enter and \t is Tab.
func (m *Terminal) Keys(text string) {
	for _, r := range text {
		switch r {
		case '\n':
			m.InjectKey(tcell.KeyEnter, 0, tcell.ModNone)
		case '\t':
			m.InjectKey(tcell.KeyTab, 0, tcell.ModNone)
		default:
			m.InjectKey(tcell.KeyRune, r, tcell.ModNone)
		}
	}
}

// Picture is what the terminal shows.
func (m *Terminal) Picture() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.picture
}

// Beeps returns how often the bell has rung since the last call.
func (m *Terminal) Beeps() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, m.beeps = m.beeps, 0
	return n
}

// IsRestored reports whether the terminal is as it was before Init.
func (m *Terminal) IsRestored() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.restored
}
