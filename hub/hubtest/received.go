package hubtest

import (
	"cmp"
	"slices"
	"strings"

	"chinwag/protocol"
)

// told is what a client was told, over all its connections. What it hears as a guest, before it has resumed its
// session, is not told to that session and left out.
type told struct {
	events  []protocol.Event // since they were taken last
	seqs    []uint64         // the positions of all that are recorded
	missing int              // lines that it was told are missing
	hole    int              // the same, since the last position that it saw: told again after a break
	unsure  bool             // it was told that some are missing, and not how many
	guest   bool

	token, epoch string
	code         string // of a person's session
	position     uint64 // of the last line that it saw
}

// reconnected begins a connection: until it resumes its session, a person's client is a guest.
func (t *told) reconnected() { t.hole, t.guest = 0, t.code != "" }

func (c *Client) hearAll(frames []*protocol.Frame) {
	for _, frame := range frames {
		for e := range frame.Events() {
			c.hear(e)
		}
	}
}

func (c *Client) hear(e protocol.Event) {
	if w, ok := e.(protocol.Welcome); ok && !c.Program {
		c.code = cmp.Or(c.code, w.Code)
		c.guest = c.guest && !w.Resumed
	}
	if n, ok := e.(protocol.Notice); ok && strings.HasPrefix(n.Text.String(), "Welcome back.") {
		c.guest = false
	}
	if c.guest {
		return
	}
	c.keep(e)
	switch e := e.(type) {
	case protocol.Said:
		c.acknowledged(e.Ref)
	case protocol.Duplicate:
		c.acknowledged(e.Ref)
	}
}

func (t *told) keep(e protocol.Event) {
	t.events = append(t.events, e)
	if seq := protocol.MetaOf(e).Seq; seq > 0 {
		t.seqs = append(t.seqs, seq)
		t.position = seq
		t.missing, t.hole = t.missing+t.hole, 0
	}
	switch e := e.(type) {
	case protocol.Welcome:
		if e.Token != "" {
			t.token, t.epoch, t.position = e.Token, e.Epoch, e.Seq
		}
	case protocol.Gap:
		t.hole += e.Lines
		t.unsure = t.unsure || e.Lines == 0
	}
}

func (c *Client) acknowledged(ref protocol.Ref) {
	for i, s := range c.unacked {
		if s.Ref == ref {
			c.unacked = slices.Delete(c.unacked, i, i+1)
			return
		}
	}
}

// Told is what the client was told since it was asked for the last time, as text.
func (c *Client) Told() (lines []string) {
	for _, e := range c.Events() {
		lines = append(lines, strings.TrimSuffix(string(protocol.AppendEvent(nil, e)), "\n"))
	}
	return lines
}

// Text is Told in one piece.
func (c *Client) Text() string { return join(c.Told()) }

func join(lines []string) string { return strings.Join(lines, "\n") }

// Events is what the client was told since it was asked for the last time.
func (c *Client) Events() []protocol.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	events := c.events
	c.events = nil
	return events
}

// Heard is Events, and leaves them to be asked for again.
func (c *Client) Heard() []protocol.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.events)
}

// Code is the code with which a person's client resumes its session.
func (c *Client) Code() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

// Token is the token with which a program resumes its session.
func (c *Client) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Resumes is the position from which a program would resume.
func (c *Client) Resumes() protocol.ResumeFrom {
	c.mu.Lock()
	defer c.mu.Unlock()
	return protocol.ResumeFrom{Epoch: c.epoch, Seq: c.position}
}

// ResumeFrom sets the token and the position with which a program will resume.
func (c *Client) ResumeFrom(token string, at protocol.ResumeFrom) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token, c.epoch, c.position = token, at.Epoch, at.Seq
}

// Forget lets a program begin a new session at its next connection.
func (c *Client) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events, c.seqs, c.token = nil, nil, ""
}

// Positions are those of all recorded events that the client was told.
func (c *Client) Positions() []uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clip(c.seqs)
}

// Missing is how many lines the client was told are missing; unsure: or more.
func (c *Client) Missing() (lines int, unsure bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.missing + c.hole, c.unsure
}

// Unacknowledged is how many lines of a program were not acknowledged.
func (c *Client) Unacknowledged() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.unacked)
}

// Nick is the last nick that the client was told to be its own.
func (c *Client) Nick() (n protocol.Nick) {
	for _, e := range c.Heard() {
		switch e := e.(type) {
		case protocol.Welcome:
			n = e.Nick
		case protocol.Renamed:
			if e.You {
				n = e.To
			}
		}
	}
	return n
}
