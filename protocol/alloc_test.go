package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestALineCostsNoMoreMemoryThanItMust(t *testing.T) {
	buf := make([]byte, 0, 1024)
	for _, l := range benchLines {
		var said Event = benchSaid(t, l.s)
		name := Nick{benchNames[0].s}
		for _, c := range []struct {
			what string
			want float64
			do   func()
		}{
			{"spelling it as text", 0, func() { buf = AppendEvent(buf[:0], said) }},
			{"spelling it as JSON", 0, func() { buf = AppendEventJSON(buf[:0], said) }},
			{"reading its stamp", 0, func() { MetaOf(said) }},
			// The Say, which is more than an interface holds. Its text is the line itself.
			{"parsing what was typed", 1, func() { _, _ = ParseCommand(l.s) }},
			// The name, since it is kept for longer than the line.
			{"parsing a name", 1, func() { _, _ = ParseNick(name.s) }},
			// The two keys, and the name with l in place of 1.
			{"the keys of a name", 3, func() { name.Keys() }},
		} {
			assert.Equal(t, c.want, testing.AllocsPerRun(100, c.do), "%s: %s", l.name, c.what)
		}
	}
}
