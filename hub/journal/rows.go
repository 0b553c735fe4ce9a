package journal

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"slices"
)

// ErrRow is what Commit returns for a row whose ID is not above 0. Nothing is committed.
var ErrRow = errors.New("journal: a row needs an ID above 0")

// CheckRows is for stores: each row must have an ID above 0.
func CheckRows(rows []Row) error {
	for i := range rows {
		if rows[i].ID <= 0 {
			return ErrRow
		}
	}
	return nil
}

// lastRows keeps the last of the rows with the same ID, and sorts them by ID: a row that a group changed twice is
// written once.
func lastRows(rows []Row) []Row {
	if len(rows) < 2 {
		return rows
	}
	slices.SortStableFunc(rows, byID)
	n := 0
	for _, r := range rows {
		if n == 0 || rows[n-1].ID != r.ID {
			n++
		}
		rows[n-1] = r
	}
	clear(rows[n:]) // so that the values can be collected
	return rows[:n]
}

func byID(a, b Row) int { return cmp.Compare(a.ID, b.ID) }

// putRows writes the rows.
func (m *Memory) putRows(rows []Row) {
	for _, r := range rows {
		if r.Value == nil {
			delete(m.rows, r.ID)
		} else {
			m.rows[r.ID] = bytes.Clone(r.Value)
		}
	}
}

// Rows implements Store.
func (m *Memory) Rows(f func(Row) error) error {
	for _, r := range m.allRows() {
		r.Value = bytes.Clone(r.Value)
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

func (m *Memory) allRows() (all []Row) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		all = append(all, Row{ID: id, Value: m.rows[id]})
	}
	return all
}

// Key implements Store.
func (m *Memory) Key() [32]byte { return m.key }
