package state

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"time"

	"chinwag/protocol"
)

// coder writes the fields of a row, or reads them. One function for each kind of row names its fields in order and
// serves both directions, so they cannot differ. Numbers are varints. Lists and texts come after their length.
type coder struct {
	b       []byte // written so far, or still to be read
	reading bool
	version byte
	err     error // the first error
}

var (
	errShort   = errors.New("it ends too early")
	errLong    = errors.New("it goes on after its end")
	errNumber  = errors.New("a number is too large")
	errLength  = errors.New("a length is beyond its bound")
	errFlags   = errors.New("a flag is set that nobody knows")
	errAddress = errors.New("an address cannot be read")
	errStream  = errors.New("a stream cannot be read")
)

// fail keeps the first error and ends the reading: later fields are not read.
func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.b = nil
}

func (c *coder) uvarint(v *uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, *v)
		return
	}
	n, size := binary.Uvarint(c.b)
	switch {
	case c.err != nil:
	case size == 0:
		c.fail(errShort)
	case size < 0:
		c.fail(errNumber)
	default:
		*v, c.b = n, c.b[size:]
	}
}

// number codes an integer. A negative one is legal, but takes ten bytes.
func number[T ~int | ~int64 | ~uint16 | ~uint64](c *coder, v *T) {
	n := uint64(*v)
	c.uvarint(&n)
	if !c.reading { // a value that is written may be shared with a reader
		return
	}
	if *v = T(n); uint64(*v) != n {
		c.fail(errNumber)
	}
}

// flags codes up to 64 flags in one number. The first is the lowest bit.
func (c *coder) flags(flags ...*bool) {
	var bits uint64
	for i, f := range flags {
		if *f {
			bits |= 1 << i
		}
	}
	c.uvarint(&bits)
	if !c.reading {
		return
	}
	if bits>>len(flags) != 0 {
		c.fail(errFlags)
	}
	for i, f := range flags {
		*f = bits>>i&1 != 0
	}
}

// bytes codes len(b) bytes without a length, for ids and secrets.
func (c *coder) bytes(b []byte) {
	switch {
	case !c.reading:
		c.b = append(c.b, b...)
	case len(c.b) < len(b):
		c.fail(errShort)
	default:
		c.b = c.b[copy(b, c.b):]
	}
}

// length codes the number of elements that follow, each of at least one byte. After an error it returns 0.
func (c *coder) length(n, most int) int {
	number(c, &n)
	switch {
	case n < 0 || n > most:
		c.fail(errLength)
	case c.reading && n > len(c.b):
		c.fail(errShort)
	}
	if c.err != nil {
		return 0
	}
	return n
}

func (c *coder) string(v *string, most int) {
	n := c.length(len(*v), most)
	if !c.reading {
		c.b = append(c.b, *v...)
		return
	}
	*v, c.b = string(c.b[:n]), c.b[n:]
}

// ahead bounds the elements that are allocated before any is read: the length may be wrong.
const ahead = 256

// list codes at most most elements.
func list[T any](c *coder, v *[]T, most int, each func(*T)) {
	n := c.length(len(*v), most)
	if !c.reading {
		for i := range *v {
			each(&(*v)[i])
		}
		return
	}
	*v = nil
	if n > 0 {
		*v = make([]T, 0, min(n, ahead))
	}
	for i := 0; i < n && c.err == nil; i++ {
		var none T
		*v = append(*v, none)
		each(&(*v)[i])
	}
}

const maxNameBytes = 128 // of a nick

// parsed codes a value as the text from which parse makes it. The zero value is the empty text.
func parsed[T interface {
	comparable
	String() string
}](c *coder, v *T, most int, parse func(string) (T, error)) {
	if !c.reading {
		s := (*v).String()
		c.string(&s, most)
		return
	}
	var s string
	c.string(&s, most)
	var none T
	if *v = none; s == "" || c.err != nil {
		return
	}
	got, err := parse(s)
	if err != nil {
		c.fail(err)
		return
	}
	*v = got
}

func (c *coder) nick(v *protocol.Nick) { parsed(c, v, maxNameBytes, protocol.ParseNick) }
func (c *coder) room(v *protocol.Room) { parsed(c, v, maxNameBytes+1, protocol.ParseRoom) }
func (c *coder) text(v *protocol.Text) { parsed(c, v, protocol.MaxText, protocol.ParseText) }

const maxTime = 1 << 52 // milliseconds; a larger number is no time

// time codes a time in whole milliseconds; 0 is the zero time.
func (c *coder) time(v *time.Time) {
	var n uint64
	if !c.reading && !v.IsZero() {
		ms := v.UnixMilli()
		n = uint64(ms<<1^ms>>63) + 1
	}
	c.uvarint(&n)
	if !c.reading {
		return
	}
	*v = time.Time{}
	if n > maxTime {
		c.fail(errNumber)
	} else if n > 0 {
		n--
		*v = time.UnixMilli(int64(n>>1) ^ -int64(n&1)).UTC()
	}
}

func (c *coder) prefix(v *netip.Prefix) {
	if !c.reading {
		var b []byte
		if v.IsValid() {
			b, _ = v.MarshalBinary()
		}
		c.length(len(b), maxPrefix)
		c.b = append(c.b, b...)
		return
	}
	n := c.length(0, maxPrefix)
	*v = netip.Prefix{}
	if n > 0 {
		if err := v.UnmarshalBinary(c.b[:n]); err != nil || !v.IsValid() {
			c.fail(errAddress)
			return
		}
		c.b = c.b[n:]
	}
}

const (
	maxHost   = 256
	maxPrefix = 16 + 1
)

func (c *coder) address(v *Address) {
	c.string(&v.Host, maxHost)
	c.prefix(&v.Prefix)
}
