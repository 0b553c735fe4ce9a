package hub

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// heavy is a record whose searches find nothing for as long as they may, and whose pages
// take as long as a test likes.
type heavy struct {
	journal.Store
	page chan struct{} // not nil: a page is read when something comes

	mu        sync.Mutex
	searching int
	reading   int
}

func (h *heavy) count(n *int, by int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*n += by
}

func (h *heavy) Search(ctx context.Context, _ []journal.Stream, _ string, _ uint64, _ int) ([]journal.Entry, uint64, error) {
	h.count(&h.searching, 1)
	defer h.count(&h.searching, -1)
	<-ctx.Done()
	return nil, 0, ctx.Err()
}

func (h *heavy) Read(cur *journal.Cursor, upto uint64, limit int) (journal.Page, error) {
	if h.page != nil {
		h.count(&h.reading, 1)
		defer h.count(&h.reading, -1)
		<-h.page
	}
	return h.Store.Read(cur, upto, limit)
}

func heavyWorld() (h *heavy, begin func() *world) {
	h = &heavy{Store: journal.NewMemory(journal.Bounds{})}
	return h, func() *world { return newWorldOn(h, Options{}, false) }
}

func TestASearchThatTakesLongIsRefused(t *testing.T) {
	_, begin := heavyWorld()
	inWorld(t, begin, 2, false, func(w *world, people []*persona) {
		people[0].wants <- protocol.Search{Text: protocol.MustText("tea")}
		people[1].wants <- protocol.Search{Text: protocol.MustText(strings.Repeat("天", 33))}
		synctest.Wait()
		assert.Empty(t, people[0].told())
		assert.Equal(t, []string{"-- that is more than 32 words: please search for fewer (each 字 counts as a word)"}, people[1].told())
		time.Sleep(time.Second)
		assert.Equal(t, []string{"-- that would take too long to find: please search for more words, or for rarer ones"}, people[0].told())
		assert.Empty(t, w.trouble, "that is no trouble of the record")
	})
}

// A search that waits, and one that is under way, end at once with the connection and with the server.
func TestNobodyWaitsForASearch(t *testing.T) {
	h, begin := heavyWorld()
	inWorld(t, begin, 5, false, func(w *world, people []*persona) {
		search := func(p *persona) {
			p.wants <- protocol.Search{Text: protocol.MustText("tea")}
			synctest.Wait()
		}
		start := time.Now()
		search(people[0])
		assert.Equal(t, 1, h.searching)
		people[0].breakOff()
		synctest.Wait()
		assert.Zero(t, h.searching)

		search(people[1])
		assert.Equal(t, 1, h.searching)
		people[1].client.Discard()
		synctest.Wait()
		assert.Zero(t, h.searching)

		search(people[2])
		search(people[3])
		search(people[4])
		w.end()
		synctest.Wait()
		assert.Zero(t, time.Since(start))
		assert.Zero(t, h.searching)
		for _, p := range people[2:] {
			told := p.told()
			assert.Contains(t, told[len(told)-1], "goodbye: the server is shutting down")
		}
		assert.Empty(t, w.trouble)
	})
}

// However many read all there is, two pages are read at a time, and who comes is shown the
// last lines without waiting for any.
func TestShortReadsGoFirst(t *testing.T) {
	h, begin := heavyWorld()
	inWorld(t, begin, 12, false, func(w *world, people []*persona) {
		people[0].say("the tea is ready", "")
		synctest.Wait()
		h.page = make(chan struct{})
		for i, p := range people[1:] {
			p.told()
			p.wants <- protocol.History{All: i%2 == 0, Lines: i % 2 * 500}
		}
		synctest.Wait()
		assert.Equal(t, 2, h.reading)

		late := newPersona(w.h, false)
		late.connect(t)
		time.Sleep(time.Second)
		assert.Contains(t, strings.Join(late.told(), "\n"), "the tea is ready")
		assert.Equal(t, 2, h.reading)

		close(h.page)
		synctest.Wait()
		for _, p := range people[1:] {
			told := strings.Join(p.told(), "\n")
			assert.Contains(t, told, "the tea is ready")
			assert.Contains(t, told, "-- end of history")
		}
		late.breakOff()
		late.ended.Wait()
	})
}

// What many lines are counted from is the same, however few are counted at a time.
func TestManyLinesAreCountedAFewAtATime(t *testing.T) {
	m := journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})
	entries := make([]journal.Entry, 2*backAtOnce+100)
	for i := range entries {
		entries[i] = journal.Entry{Stream: "#a", Event: protocol.Said{Text: protocol.MustText("tea")}}
	}
	require.NoError(t, m.Commit(entries))
	c := newClient(New(journal.New(m), Options{}))
	c.ctx = t.Context()
	d := delivery{c: c}
	for _, n := range []int{129, backAtOnce, backAtOnce + 1, 2 * backAtOnce, 2*backAtOnce + 99, 2*backAtOnce + 100, 1 << 30} {
		p := &past{streams: []journal.Stream{"#a"}, upto: uint64(len(entries)), lines: n}
		got, err := d.back(p)
		require.NoError(t, err)
		assert.Equal(t, uint64(max(0, len(entries)-n)), got, n)
	}
}
