package journal

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol/seedtest"
)

func row(id int64, value string) Row { return Row{ID: id, Value: []byte(value)} }

func rowsOf(t testing.TB, s Store) (all []Row) {
	t.Helper()
	require.NoError(t, s.Rows(func(r Row) error {
		all = append(all, r)
		return nil
	}))
	return all
}

// keeping is a store that remembers the rows that it was given.
type keeping struct {
	*Memory
	rows [][]Row
	goOn chan error
}

func (s *keeping) Commit(entries []Entry, rows []Row) error {
	s.rows = append(s.rows, slices.Clone(rows))
	if err := <-s.goOn; err != nil {
		return err
	}
	return s.Memory.Commit(entries, rows)
}

// The rows of a group go with its entries, the last of each once; of a group that fails none.
func TestRowsAreCommittedWithTheirEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &keeping{Memory: NewMemory(Bounds{}), goOn: make(chan error)}
		j := New(s)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); j.Run(ctx) }()

		j.Propose(Proposal{Rows: []Row{row(1, "alone")}})
		synctest.Wait()
		j.Propose(Proposal{Entries: []Entry{said("#a", "1")}, Rows: []Row{row(9, "a"), row(2, "a")}})
		j.Propose(Proposal{Entries: []Entry{said("#a", "2")}})
		j.Propose(Proposal{Rows: []Row{row(2, "b"), {ID: 1}, row(9, "b"), row(2, "c")}})
		s.goOn <- nil
		assert.NoError(t, (<-j.Committed()).Err)
		s.goOn <- errors.New("disk full")
		failed := <-j.Committed()
		assert.Error(t, failed.Err)
		assert.Equal(t, []Row{row(1, "alone")}, rowsOf(t, s))
		assert.Equal(t, []Row{row(9, "a"), row(2, "a")}, failed.Proposals[0].Rows, "a proposal comes back as it was")

		j.Resume()
		for _, p := range slices.Clone(failed.Proposals) {
			j.Propose(p)
			s.goOn <- nil
			assert.NoError(t, (<-j.Committed()).Err)
		}
		assert.Equal(t, []Row{row(2, "c"), row(9, "b")}, rowsOf(t, s))
		assert.Equal(t, []Row{{ID: 1}, row(2, "c"), row(9, "b")}, s.rows[1])
		assert.Empty(t, s.rows[3], "who has none brings none of another's")
		cancel()
		<-ended
	})
}

// However rows follow each other, what is left of them says the same.
func TestTheLastRowsSayWhatAllSay(t *testing.T) {
	dice := seedtest.Dice(t)
	for range 200 {
		var all []Row
		for range dice.IntN(40) {
			r := row(1+dice.Int64N(8), string(rune('a'+dice.IntN(26))))
			if dice.IntN(4) == 0 {
				r.Value = nil
			}
			all = append(all, r)
		}
		one, other := NewMemory(Bounds{}), NewMemory(Bounds{})
		require.NoError(t, one.Commit(nil, all))
		last := lastRows(slices.Clone(all))
		require.NoError(t, other.Commit(nil, last))
		assert.Equal(t, rowsOf(t, one), rowsOf(t, other))
		assert.True(t, slices.IsSortedFunc(last, byID))
		assert.Len(t, slices.CompactFunc(last, func(a, b Row) bool { return a.ID == b.ID }), len(last))
	}
}

// A group without rows pays nothing for those that others have.
func TestToHaveNoRowsCostsNothing(t *testing.T) {
	var rows []Row
	assert.Zero(t, testing.AllocsPerRun(100, func() { rows = lastRows(append(rows[:0], Proposal{}.Rows...)) }))
}
