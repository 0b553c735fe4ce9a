package journaltest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func joined(st journal.Stream) journal.Entry {
	return journal.Entry{Stream: st, Author: uuid.New(), Event: protocol.Joined{From: protocol.MustNick("bob")}}
}

func messagesIn(entries []journal.Entry) []journal.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e journal.Entry) bool { return !e.Event.IsMessage() })
}

// lines: only spoken lines count, however many sessions join and leave meanwhile.
func lines(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 10)
	for i := range 30 {
		Commit(t, s, joined("#a"), Said("#a", fmt.Sprint(i)), joined("#a"), Said("#b", fmt.Sprint(i)))
		prune()
	}
	p := read(t, s, From(0, "#a"), s.Head(), 1000)
	assert.Equal(t, []string{"20", "21", "22", "23", "24", "25", "26", "27", "28", "29"}, Texts(messagesIn(p.Entries)))
	assert.Equal(t, 31, len(p.Entries), "and what happened since the one before the first of them")
	assert.Equal(t, 59, p.Pruned)
	assert.Equal(t, 10, len(read(t, s, From(0, "#b"), s.Head(), 1000).Entries))

	for range 100 {
		Commit(t, s, joined("#a"))
	}
	prune()
	assert.Equal(t, 10, len(messagesIn(read(t, s, From(0, "#a"), s.Head(), 1000).Entries)))
}

// notMessages: joins and leaves have a bound, too, in a room with hardly any lines.
func notMessages(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 10)
	Commit(t, s, Said("#a", "hello"))
	Commit(t, s, slices.Repeat([]journal.Entry{joined("#a")}, 9000)...)
	prune()
	assert.Equal(t, 0, read(t, s, From(0, "#a"), s.Head(), 1).Pruned, "not so few")
	Commit(t, s, slices.Repeat([]journal.Entry{joined("#a")}, 3000)...)
	prune()
	assert.Equal(t, 12_001-10_110, read(t, s, From(0, "#a"), s.Head(), 1).Pruned)
}
