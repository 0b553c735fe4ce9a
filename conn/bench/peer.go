package bench

import (
	"bytes"
	"errors"
	"io"
)

// peer is one connection of a swarm. It belongs to the goroutine that polls the wire.
type peer struct {
	swarm   *swarm
	index   int
	ledgers []ledger // one for each room that it is in; it talks in the first, which is in front
	sender  *sender  // nil: it only listens
	in      bool     // it is in all of its rooms, and can talk
	gone    error    // why the connection has ended
	leaving bool     // it has said goodbye
	deaf    bool     // it does not read for now
	narrow  bool     // its receive buffer does not grow

	line []byte // the beginning of a line that is not whole yet
	last uint32 // when bytes came last; only if gaps are measured
	gap  uint32 // the longest time without input, in microseconds

	socket socket
}

// opened is called by the wire when there is a connection.
func (p *peer) opened() {
	p.swarm.opened++
	p.say(p.swarm.dialect.open(p.swarm.words[:0], p))
}

// ended is called by the wire once, when a connection has ended or could not be made.
func (p *peer) ended(err error) {
	if err == nil || errors.Is(err, io.EOF) {
		err = errClosed
	}
	p.gone = err
	p.swarm.lose(p)
}

var errClosed = errors.New("the server has closed the connection")

// take is called by the wire with input: many lines, and parts of lines.
func (p *peer) take(chunk []byte, now uint32) {
	p.swarm.heard = now
	if p.swarm.gaps {
		p.measureGap(now)
	}
	if len(p.line) > 0 {
		n := bytes.IndexByte(chunk, '\n')
		if n < 0 {
			p.keep(chunk)
			return
		}
		p.keep(chunk[:n])
		chunk = chunk[n+1:]
		p.hear(p.line, now)
		p.line = p.line[:0]
	}
	for {
		n := bytes.IndexByte(chunk, '\n')
		if n < 0 {
			break
		}
		p.hear(chunk[:n], now)
		chunk = chunk[n+1:]
	}
	p.keep(chunk)
}

// maxLine is how many bytes of a line without an end are kept.
const maxLine = 64 << 10

func (p *peer) keep(part []byte) {
	if len(p.line)+len(part) <= maxLine {
		p.line = append(p.line, part...)
	}
}

// hear handles one line. For a line with a tag it only finds the numbers. A tag that comes before p is in is of an
// earlier run.
func (p *peer) hear(line []byte, now uint32) {
	k, found, whole := findTag(line, p.swarm.padding)
	switch {
	case !found || !p.in:
		p.listen(bytes.TrimSuffix(line, []byte("\r")))
	case whole:
		p.see(k.sender, k.number)
		p.swarm.delays.add(now - k.at)
		if p.swarm.ids {
			p.seeRef(k, line)
		}
	default:
		p.swarm.tally.damaged++
	}
}

// see adds a line to the account of its room.
func (p *peer) see(sender, number uint32) {
	for i := range p.ledgers {
		if p.ledgers[i].see(sender, number) {
			return
		}
	}
	p.swarm.tally.damaged++ // the line is of a room that p is not in, or of no sender
}

// seeRef looks for the id in p's copy of its own line, which is the acknowledgement.
func (p *peer) seeRef(k tag, line []byte) {
	if p.sender == nil || p.sender.id != k.sender {
		return
	}
	c := p.swarm
	c.words = append(k.appendID(append(c.words[:0], c.dialect.ref...)), '"')
	if !bytes.Contains(line, c.words) {
		c.tally.unacknowledged++
	}
}

// listen handles a line of the server's own.
func (p *peer) listen(line []byte) {
	d := p.swarm.dialect
	if p.in {
		p.say(d.answer(p.swarm.words[:0], line))
		return
	}
	say, in := d.enter(p.swarm.words[:0], p, line)
	p.say(say)
	if in {
		p.arrive()
	}
}

func (p *peer) arrive() {
	p.in = true
	p.swarm.in++
}

func (p *peer) say(b []byte) {
	if len(b) > 0 {
		p.swarm.wire.write(p, b)
	}
}

func (p *peer) measureGap(now uint32) {
	if p.last != 0 {
		p.gap = max(p.gap, now-p.last)
	}
	p.last = now
}

const narrow = 128 << 10 // bytes of a receive buffer that does not grow
