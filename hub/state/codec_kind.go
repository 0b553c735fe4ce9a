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
// A log may be damaged, or hold what another program has written. Texts and names are parsed again when they are
// read, so they are as a client could have sent them.

const (
	wireVersion = 1 // that is written

	maxSecrets = 17      // of one intent
	maxRef     = 64      // bytes
	maxMany    = 1 << 20 // of what has no bound of its own: sessions that are behind, conversations, topics of a journal
)

var (
	errVersion = errors.New("it is of a version that nobody knows")
	errWord    = errors.New("a word stands where none of its kind does")
	errEmpty   = errors.New("nothing stands where something must")
)

// AppendIntent appends the bytes of an intent, as a log carries it. Its Time is not among them: the log gives that.
func AppendIntent(b []byte, in *Intent) []byte {
	c := coder{b: append(b, wireVersion, 0), version: wireVersion}
	in.fields(&c)
	k := c.putOp(in.Op)
	return c.done(len(b)+1, byte(k), "an intent")
}

// ReadIntent reads what AppendIntent has written. The error says in plain words what is wrong. The intent does not
// refer to b.
func ReadIntent(b []byte) (in Intent, err error) {
	c := reader(b)
	k := c.kind()
	in.fields(&c)
	in.Op = readAs(&c, k, ops[:])
	if err := c.end("an intent"); err != nil {
		return Intent{}, err
	}
	return in, nil
}

// AppendChange appends the bytes of a change.
func AppendChange(b []byte, change Change) []byte {
	c := coder{b: append(b, wireVersion, 0), version: wireVersion}
	k := c.putChange(change)
	return c.done(len(b)+1, byte(k), "a change")
}

// ReadChange reads what AppendChange has written, as ReadIntent does.
func ReadChange(b []byte) (Change, error) {
	c := reader(b)
	k := c.kind()
	change := readAs(&c, k, changes[:])
	if err := c.end("a change"); err != nil {
		return nil, err
	}
	return change, nil
}

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

// done returns all that was written, with the kind in the place that was left for it.
func (c *coder) done(at int, kind byte, what string) []byte {
	if c.err != nil {
		panic(fmt.Sprintf("state: %s cannot be written: %v", what, c.err))
	}
	c.b[at] = kind
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

// put writes the fields of v, and returns its kind.
func put[K ~byte, T any](c *coder, k K, v *T, fields func(*T, *coder)) K {
	fields(v, c)
	return k
}

// reads returns a function that reads a T.
func reads[I, T any](fields func(*T, *coder)) func(*coder) I {
	return func(c *coder) I {
		var v T
		fields(&v, c)
		return any(v).(I)
	}
}

// readAs reads a value of that kind.
func readAs[I any](c *coder, k byte, kinds []func(*coder) I) (none I) {
	if int(k) < len(kinds) && kinds[k] != nil {
		return kinds[k](c)
	}
	c.fail(fmt.Errorf("it is of a kind that nobody knows: %d", k))
	return none
}

// nothing codes a type that has no fields.
func nothing[T any](*T, *coder) {}

func (in *Intent) fields(c *coder) {
	number(c, &in.Node)
	number(c, &in.Incarnation)
	number(c, &in.Request)
	c.bytes(in.ID[:])
	number(c, &in.Late)
	c.bytes(in.Session[:])
	number(c, &in.Conn)
	list(c, &in.Secrets, maxSecrets, func(s *Secret) { c.bytes(s[:]) })
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
