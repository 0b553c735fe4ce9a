package bench

import (
	"bytes"
	"encoding/binary"
	"time"
)

// tag is the beginning of the words of a line: the byte '|' and three numbers of eight hex digits. Padding follows, up
// to Options.Size.
//
//	|0000000a000001f4000c3500...............
type tag struct {
	sender uint32
	number uint32
	at     uint32 // microseconds since the clock began; it may wrap
}

const (
	tagByte = '|' // in no line of a server's own
	tagLen  = 1 + 3*8
	padByte = '.'
)

const hexDigits = "0123456789abcdef"

// appendTo appends the words of a line, of as many bytes as padding has and a tag.
func (t tag) appendTo(dst, padding []byte) []byte {
	dst = appendHex(append(dst, tagByte), t.sender, t.number, t.at)
	return append(dst, padding...)
}

// appendID appends the id of the line.
func (t tag) appendID(dst []byte) []byte { return appendHex(dst, t.sender, t.number) }

func appendHex(dst []byte, numbers ...uint32) []byte {
	for _, n := range numbers {
		for shift := 28; shift >= 0; shift -= 4 {
			dst = append(dst, hexDigits[n>>shift&15])
		}
	}
	return dst
}

func padding(size int) []byte { return bytes.Repeat([]byte{padByte}, max(0, size-tagLen)) }

// findTag finds the words in a line. If they are not whole, t is not to be relied on.
func findTag(line, padding []byte) (t tag, found, whole bool) {
	i := bytes.IndexByte(line, tagByte)
	if i < 0 {
		return t, false, false
	}
	if len(line)-i < tagLen+len(padding) {
		return t, true, false
	}
	words := line[i+1:]
	t = tag{hex8(words), hex8(words[8:]), hex8(words[16:])}
	return t, true, bytes.Equal(words[24:24+len(padding)], padding)
}

// hex8 reads eight hex digits at once, since this is most of the work for a delivery. Other bytes make a wrong number,
// which the ledger finds.
func hex8(b []byte) uint32 {
	v := binary.BigEndian.Uint64(b)
	v = v&0x0f0f0f0f0f0f0f0f + 9*(v>>6&0x0101010101010101) // each byte is the digit's value
	v = (v | v>>4) & 0x00ff00ff00ff00ff
	v = (v | v>>8) & 0x0000ffff0000ffff
	return uint32(v | v>>16)
}

// clock tells microseconds since it began.
type clock struct{ began time.Time }

func (c clock) now() uint32 { return uint32(time.Since(c.began).Microseconds()) }
