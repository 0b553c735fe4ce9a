package hub

import (
	"database/sql"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

// A line costs what the file grows by for it, about, whatever it is.
func TestTheCostIsWhatTheFilesGrowBy(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	letters := func(n int, first, many rune, word int) string {
		s := make([]rune, n)
		for i := range s {
			if s[i] = first + dice.Int32N(many); word > 0 && i%(word+1) == word {
				s[i] = ' '
			}
		}
		return string(s)
	}
	for name, c := range map[string]struct {
		lines int
		text  func() string
		own   bool // a private line: few are in one stream
	}{
		"short":              {1000, func() string { return letters(20, 'a', 26, 5) }, false},
		"long":               {30, func() string { return letters(4000, 'a', 26, 5) }, false},
		"Han letters":        {30, func() string { return letters(1360, 0x4e00, 20000, 0) }, false},
		"short Han letters":  {1000, func() string { return letters(20, 0x4e00, 20000, 0) }, false},
		"private, and Han":   {30, func() string { return letters(1360, 0x4e00, 20000, 0) }, true},
		"private, and short": {1000, func() string { return letters(20, 'a', 26, 5) }, true},
		"comings":            {1000, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "chinwag.db")
			s, err := sqlite.Open(path, sqlite.Options{Sync: sqlite.Off})
			require.NoError(t, err)
			file, words := openedFile(t, path), openedFile(t, path+"-words")
			empty := used(t, file) + used(t, words)
			author, costs := uuid.New(), 0.
			for range c.lines / 10 {
				entries, boxes := make([]journal.Entry, 10), [5]uuid.UUID{uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()}
				for i := range entries {
					stamp := protocol.Meta{ID: uuid.Must(uuid.NewV7()), Time: time.Now(), Room: protocol.Lobby}
					var ev protocol.Recorded = protocol.Joined{Meta: stamp, From: nick("guest-1234")}
					if c.text != nil {
						ev = protocol.Said{Meta: stamp, From: nick("guest-1234"), Text: protocol.MustText(c.text())}
					}
					entries[i] = journal.Entry{Stream: journal.OfRoom(protocol.Lobby), Author: author, Event: ev}
					if c.own {
						entries[i].Stream = journal.Mailbox(boxes[i%len(boxes)])
					}
					costs += entryBytes(&entries[i])
				}
				require.NoError(t, s.Commit(entries, nil))
			}
			require.Eventually(t, func() bool { // the index follows a moment later
				var indexed uint64
				return words.QueryRow("SELECT indexed FROM state").Scan(&indexed) == nil && indexed == s.Head()
			}, 5*time.Minute, 20*time.Millisecond)
			require.NoError(t, s.Close())
			grown := float64(used(t, file) + used(t, words) - empty)
			t.Logf("a line grows the files by %.0f bytes, and costs %.0f", grown/float64(c.lines), costs/float64(c.lines))
			assert.InDelta(t, 1, grown/costs, 0.7, "about: so few lines leave half of the pages empty")
		})
	}
}

func openedFile(t *testing.T, path string) *sql.DB {
	file, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// used is how many bytes of a file are in use: pages that merges of the index have left free are used again.
func used(t *testing.T, file *sql.DB) (n int64) {
	require.NoError(t, file.QueryRow("SELECT (page_count-freelist_count)*page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size").Scan(&n))
	return n
}

// A client that brings very many addresses gets no budget back by that.
func TestTheTableOfBudgetsHasABound(t *testing.T) {
	b := newBudgets(100 * 1000)
	addr := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
	}
	b.spend(addr(0), 100*1000)
	news := 0
	for i := 1; i < 5*maxBudgets; i++ {
		b.spend(addr(i), 50*1000)
		require.LessOrEqual(t, len(b.of), maxBudgets)
		if is, _ := b.isNews(addr(i)); is {
			news++
		}
	}
	assert.InDelta(t, 1, b.share(addr(0)), 0.01)
	assert.Equal(t, maxSpent+1, news, "the operator reads few lines")
	for i := 5 * maxBudgets; len(b.of) < maxBudgets; i++ {
		b.spend(addr(i), 1)
	}
	for at := range b.of {
		b.spend(at, -100*1000)
	}
	b.spend(addr(1<<20), 1)
	assert.Equal(t, 1, len(b.of), "who has spent nothing is forgotten first")
}

// A command counts its words, whatever it does with them.
func TestACommandCountsItsWords(t *testing.T) {
	text := protocol.MustText(strings.Repeat("x", 4000))
	said := costOf(protocol.Say{Text: text})
	for _, cmd := range []protocol.Command{
		protocol.Me{Text: text}, protocol.Msg{To: nick("ann"), Text: text}, protocol.Desk{Text: text}, protocol.Reply{Ticket: 1, Text: text},
		protocol.Note{Ticket: 1, Text: text}, protocol.Announce{Text: text},
	} {
		assert.Equal(t, said, costOf(cmd), "%T", cmd)
	}
	assert.Equal(t, leastBytes, costOf(protocol.Who{}))
	assert.Zero(t, costOf(protocol.Hello{}))
}
