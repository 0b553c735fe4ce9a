package hub_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// heavy is a journal whose searches find nothing for as long as they may, and whose pages take as long as a test likes.
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

func newHeavy() *heavy { return &heavy{Store: journal.NewMemory(journal.Bounds{})} }

func TestASearchThatTakesLongIsRefused(t *testing.T) {
	inWorld(t, hubtest.Setup{Store: newHeavy()}, 2, false, func(w *world, people []*hubtest.Client) {
		people[0].Send(protocol.Search{Text: hubtest.Text("tea")})
		people[1].Send(protocol.Search{Text: hubtest.Text(strings.Repeat("天", 33))})
		synctest.Wait()
		assert.Empty(t, people[0].Told())
		assert.Equal(t, []string{"-- that is more than 32 words: please search for fewer (each 字 counts as a word)"}, people[1].Told())
		time.Sleep(time.Second)
		assert.Equal(t, []string{"-- that would take too long to find: please search for more words, or for rarer ones"}, people[0].Told())
		assert.Empty(t, w.Trouble(), "that is no trouble of the journal")
	})
}

// A search that waits, and one that is under way, end at once with the connection and with the server.
func TestNobodyWaitsForASearch(t *testing.T) {
	h := newHeavy()
	inWorld(t, hubtest.Setup{Store: h}, 5, false, func(w *world, people []*hubtest.Client) {
		search := func(p *hubtest.Client) {
			p.Send(protocol.Search{Text: hubtest.Text("tea")})
			synctest.Wait()
		}
		start := time.Now()
		search(people[0])
		assert.Equal(t, 1, h.searching)
		people[0].Disconnect()
		synctest.Wait()
		assert.Zero(t, h.searching)

		search(people[1])
		assert.Equal(t, 1, h.searching)
		people[1].Conn().Discard()
		synctest.Wait()
		assert.Zero(t, h.searching)

		search(people[2])
		search(people[3])
		search(people[4])
		w.Stop()
		synctest.Wait()
		assert.Zero(t, time.Since(start))
		assert.Zero(t, h.searching)
		for _, p := range people[2:] {
			told := p.Told()
			assert.Contains(t, told[len(told)-1], "goodbye: the server is shutting down")
		}
		assert.Empty(t, w.Trouble())
	})
}

// However many clients read all there is, two pages are read at a time, and a client that enters is shown the last
// lines without waiting for any.
func TestShortReadsGoFirst(t *testing.T) {
	h := newHeavy()
	inWorld(t, hubtest.Setup{Store: h}, 12, false, func(w *world, people []*hubtest.Client) {
		people[0].Say("the tea is ready", "")
		synctest.Wait()
		h.page = make(chan struct{})
		for i, p := range people[1:] {
			p.Told()
			p.Send(protocol.History{All: i%2 == 0, Lines: i % 2 * 500})
		}
		synctest.Wait()
		assert.Equal(t, 2, h.reading)

		late := w.NewClient(false)
		late.Connect()
		time.Sleep(time.Second)
		assert.Contains(t, strings.Join(late.Told(), "\n"), "the tea is ready")
		assert.Equal(t, 2, h.reading)

		close(h.page)
		synctest.Wait()
		for _, p := range people[1:] {
			told := strings.Join(p.Told(), "\n")
			assert.Contains(t, told, "the tea is ready")
			assert.Contains(t, told, "-- end of history")
		}
		late.Disconnect()
		late.Wait()
	})
}
