package bench

import (
	"bytes"
	"errors"
	"io"
)

// member is one connection of a crowd. It belongs to the goroutine that polls the wire.
type member struct {
	crowd   *crowd
	index   int
	checks  []check // one for each room that it is in; it talks in the first, which is in front
	sender  *sender // nil: it only listens
	in      bool    // it is in all of its rooms, and can talk
	gone    error   // why the connection has ended
	leaving bool    // it has said goodbye
	deaf    bool    // it does not read for now
	narrow  bool    // its receive buffer does not grow

	line []byte // the beginning of a line that is not whole yet
	last uint32 // when bytes came last; only if gaps are measured
	gap  uint32 // the longest time without input, in microseconds

	socket socket
}

// opened is called by the wire when there is a connection.
func (m *member) opened() {
	m.crowd.opened++
	m.say(m.crowd.dialect.open(m.crowd.words[:0], m))
}

// ended is called by the wire once, when a connection has ended or could not be made.
func (m *member) ended(err error) {
	if err == nil || errors.Is(err, io.EOF) {
		err = errClosed
	}
	m.gone = err
	m.crowd.lose(m)
}

var errClosed = errors.New("the server has closed the connection")

// take is called by the wire with input: many lines, and parts of lines.
func (m *member) take(chunk []byte, now uint32) {
	m.crowd.heard = now
	if m.crowd.gaps {
		m.measureGap(now)
	}
	if len(m.line) > 0 {
		n := bytes.IndexByte(chunk, '\n')
		if n < 0 {
			m.keep(chunk)
			return
		}
		m.keep(chunk[:n])
		chunk = chunk[n+1:]
		m.hear(m.line, now)
		m.line = m.line[:0]
	}
	for {
		n := bytes.IndexByte(chunk, '\n')
		if n < 0 {
			break
		}
		m.hear(chunk[:n], now)
		chunk = chunk[n+1:]
	}
	m.keep(chunk)
}

// maxLine is how many bytes of a line without an end are kept.
const maxLine = 64 << 10

func (m *member) keep(part []byte) {
	if len(m.line)+len(part) <= maxLine {
		m.line = append(m.line, part...)
	}
}

// hear handles one line. For a line with a mark it only finds the
// numbers. A mark that comes before m is in is of an earlier run.
func (m *member) hear(line []byte, now uint32) {
	k, found, whole := findMark(line, m.crowd.padding)
	switch {
	case !found || !m.in:
		m.listen(bytes.TrimSuffix(line, []byte("\r")))
	case whole:
		m.see(k.sender, k.number)
		m.crowd.delays.add(now - k.at)
		if m.crowd.ids {
			m.seeRef(k, line)
		}
	default:
		m.crowd.tally.damaged++
	}
}

// see adds a line to the account of its room.
func (m *member) see(sender, number uint32) {
	for i := range m.checks {
		if m.checks[i].see(sender, number) {
			return
		}
	}
	m.crowd.tally.damaged++ // the line is of a room that m is not in, or of no sender
}

// seeRef looks for the id in m's copy of its own line, which is the acknowledgement.
func (m *member) seeRef(k mark, line []byte) {
	if m.sender == nil || m.sender.id != k.sender {
		return
	}
	c := m.crowd
	c.words = append(k.appendID(append(c.words[:0], c.dialect.ref...)), '"')
	if !bytes.Contains(line, c.words) {
		c.tally.unacknowledged++
	}
}

// listen handles a line of the server's own.
func (m *member) listen(line []byte) {
	d := m.crowd.dialect
	if m.in {
		m.say(d.answer(m.crowd.words[:0], line))
		return
	}
	say, in := d.enter(m.crowd.words[:0], m, line)
	m.say(say)
	if in {
		m.arrive()
	}
}

func (m *member) arrive() {
	m.in = true
	m.crowd.in++
}

func (m *member) say(b []byte) {
	if len(b) > 0 {
		m.crowd.wire.write(m, b)
	}
}

func (m *member) measureGap(now uint32) {
	if m.last != 0 {
		m.gap = max(m.gap, now-m.last)
	}
	m.last = now
}

const narrow = 128 << 10 // bytes of a receive buffer that does not grow
