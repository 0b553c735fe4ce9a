package state

import (
	"errors"
	"fmt"
	"time"

	"chinwag/protocol"
)

// The bytes of an intent, as a log carries it, and of a change:
//
//	intent   version, kind of op,  where it comes from and whose it is,  the fields of the op
//	change   version, kind,                                              its fields
//
// Later versions read these bytes, so the numbers of kinds and the order of fields never change. A field that a later
// version adds comes last, and is read if the version is that high.
//
// A log may be damaged, or hold what another program has written. Texts and names are parsed again when they are read,
// so they are as a client could have sent them.

const (
	wireVersion = 2 // that is written

	maxSecrets = 17      // of one intent
	maxRef     = 64      // bytes
	maxMany    = 1 << 20 // of what has no bound of its own: sessions that are behind, conversations, topics of a journal
)

var (
	errVersion = errors.New("it is of a version that nobody knows")
	errWord    = errors.New("a word stands where none of its kind does")
	errEmpty   = errors.New("nothing stands where something must")
)

// reader returns a coder for the bytes of b after its version.
func reader(b []byte) coder {
	c := coder{b: b, reading: true}
	if c.version = c.kind(); c.err == nil && (c.version == 0 || c.version > wireVersion) {
		c.fail(errVersion)
	}
	return c
}

// kind reads one byte.
func (c *coder) kind() byte {
	var k [1]byte
	c.bytes(k[:])
	return k[0]
}

// done returns all that was written.
func (c *coder) done(what string) []byte {
	if c.err != nil {
		panic(fmt.Sprintf("state: %s cannot be written: %v", what, c.err))
	}
	return c.b
}

// end returns why the bytes could not be read, or that some are left.
func (c *coder) end(what string) error {
	if c.err == nil && len(c.b) > 0 {
		c.err = errLong
	}
	if c.err != nil {
		return fmt.Errorf("state: %s cannot be read: %w", what, c.err)
	}
	return nil
}

func (c *coder) ref(v *protocol.Ref) { c.string((*string)(v), maxRef) }

// words codes a text that is kept as a string.
func (c *coder) words(v *string) {
	c.string(v, protocol.MaxText)
	if !c.reading || c.err != nil {
		return
	}
	t, err := protocol.ParseText(*v)
	if err != nil {
		c.fail(err)
	}
	*v = t.String()
}

const maxWord = 32 // bytes

// word codes one of a set of words.
func word[T ~string](c *coder, v *T, known func(T) bool) {
	s := string(*v)
	c.string(&s, maxWord)
	if c.err == nil && !known(T(s)) {
		c.fail(errWord)
	}
	if c.reading {
		*v = T(s)
	}
}

// The bounds of a time that a client has named: the years 1 to 9999.
const (
	firstSecond = -62135596800 // 0001-01-01
	lastSecond  = 253402300799 // 9999-12-31
)

// instant codes a time that a client has named, in nanoseconds; 0 is the zero time.
func (c *coder) instant(v *time.Time) {
	var nanos uint64
	var seconds int64
	if !c.reading && !v.IsZero() {
		nanos, seconds = 1+uint64(v.Nanosecond()), v.Unix()
	}
	if c.uvarint(&nanos); nanos != 0 {
		number(c, &seconds)
	}
	if nanos > uint64(time.Second) || nanos != 0 && (seconds < firstSecond || seconds > lastSecond) {
		c.fail(errNumber)
	}
	if !c.reading {
		return
	}
	if *v = (time.Time{}); nanos != 0 && c.err == nil {
		*v = time.Unix(seconds, int64(nanos-1)).UTC()
	}
}
