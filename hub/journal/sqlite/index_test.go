package sqlite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

// The index follows the commits by itself.
func TestTheIndexFollows(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	journaltest.Commit(t, s, numbered(1, 500)...)
	require.Eventually(t, func() bool { return s.indexed.Load() == s.Head() }, time.Minute, time.Millisecond)
}

// The index keeps out of the way of a flood, until a search would wait for it too long.
func TestTheIndexWaitsInAFlood(t *testing.T) {
	s := still(t, newPath(t), Options{})
	const head = 10 * floodRate
	s.head.Store(head)
	now := time.Now()
	assert.True(t, s.isFlooded(0, now.Add(-time.Second)))
	assert.False(t, s.isFlooded(0, now.Add(-time.Minute)), "people who talk")
	assert.False(t, s.isFlooded(head, now.Add(-time.Second)), "nobody says anything")
	s.head.Store(maxIndexLag)
	assert.False(t, s.isFlooded(0, now.Add(-time.Second)), "far behind")
	s.indexed.Store(1)
	assert.True(t, s.isFlooded(0, now.Add(-time.Second)))
}

// What stands in the file is searched as it is; parsed, it says the same.
func TestTheWordsInTheFileAreTheWordsOfTheEvent(t *testing.T) {
	bob, text := protocol.MustNick("bob"), protocol.MustText(`a "text":"quoted" <b> \ 你好, Ünï 👍🏽 42x`)
	for _, e := range []protocol.Recorded{
		protocol.Said{From: bob, Text: text}, protocol.Acted{From: bob, Text: text}, protocol.Whispered{From: bob, To: bob, Text: text},
		protocol.TopicSet{From: bob, Text: text}, protocol.TopicSet{From: bob}, protocol.Announced{From: bob, Text: text}, protocol.Redacted{From: bob},
		protocol.VisitorSaid{From: bob, Text: text}, protocol.Replied{From: bob, Text: text}, protocol.Noted{From: bob, Text: text},
	} {
		require.True(t, e.IsMessage(), "%T", e)
		got, err := wordsIn(protocol.AppendEventJSON(nil, e))
		require.NoError(t, err)
		_, words := protocol.Words(e)
		assert.Equal(t, journal.IndexWords(words.String()), got, "%T", e)
	}
	_, err := wordsIn([]byte("{"))
	assert.Error(t, err)
}
