package sqlite

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// LegacyState reads what a journal from before there were rows, or an imported one, holds for certain of what is now
// kept in rows. It is for the first start with entries and no rows.
//
// It looks at each entry once, and at those of the desk a second time. Such a journal does not hold sessions, so none
// can be resumed.
func (s *Store) LegacyState() (found journal.LegacyState, err error) {
	if err := s.fileUpto(s.Head()); err != nil {
		return found, err
	}
	err = s.withSearcher(s.stop, func(ctx context.Context, r *reader) error {
		found, err = r.legacy(ctx)
		return err
	})
	return found, err
}

func (r *reader) legacy(ctx context.Context) (found journal.LegacyState, err error) {
	streams, err := r.allStreams(ctx)
	if err != nil {
		return found, err
	}
	rooms := map[int64]journal.Stream{}
	for _, st := range streams {
		if strings.HasPrefix(string(st.Name), "#") {
			rooms[st.ID] = st.Name
		}
		if st.Name == journal.Desk {
			if err := r.desk(ctx, st, &found); err != nil {
				return found, err
			}
		}
	}
	found.Topics, err = r.topics(ctx, rooms)
	return found, err
}

// lastTopics finds the positions of the last topics of all streams. A walk through the entries as they lie is three
// times as fast as a look-up of each by its stream.
const lastTopics = `SELECT stream, max(seq) FROM entries NOT INDEXED WHERE event GLOB '{"type":"topic-set"*' GROUP BY stream`

// topics are the last topics of these rooms, as far as they are kept.
func (r *reader) topics(ctx context.Context, rooms map[int64]journal.Stream) (found []journal.Entry, err error) {
	last, err := r.lastTopics(ctx)
	if err != nil {
		return nil, err
	}
	for id, seq := range last {
		if rooms[id] == "" {
			continue
		}
		e, err := r.at(ctx, seq, rooms[id])
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	slices.SortFunc(found, func(a, b journal.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	return found, nil
}

func (r *reader) lastTopics(ctx context.Context) (map[int64]int64, error) {
	rows, err := r.conn.QueryContext(ctx, lastTopics)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	last := map[int64]int64{}
	for rows.Next() {
		var stream, seq int64
		if err := rows.Scan(&stream, &seq); err != nil {
			return nil, err
		}
		last[stream] = seq
	}
	return last, rows.Err()
}

// ticketsOfDesk selects what the desk's stream says of tickets. A message has no state.
var ticketsOfDesk = allOf(`json_extract(e.event, '$.ticket'), ifnull(json_extract(e.event, '$.state'), ''), e.event GLOB '{"type":"asked"*'`,
	` AND e.event GLOB '{"type":"*,"ticket":[0-9]*'`)

// conversation is the positions of the entries of a ticket; 0: none, or not yet.
type conversation struct{ opened, words, left int64 }

// desk finds the highest ticket and the messages that were left at the desk.
func (r *reader) desk(ctx context.Context, st streamRow, found *journal.LegacyState) error {
	open, err := r.conversations(ctx, st, found)
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.left == 0 {
			continue
		}
		var m journal.LegacyMessage
		for at, e := range map[int64]*journal.Entry{c.opened: &m.Opened, c.words: &m.Words, c.left: &m.Left} {
			if *e, err = r.at(ctx, at, st.Name); err != nil {
				return err
			}
		}
		found.Messages = append(found.Messages, m)
	}
	slices.SortFunc(found.Messages, func(a, b journal.LegacyMessage) int { return cmp.Compare(a.Left.Seq, b.Left.Seq) })
	return nil
}

// conversations are those that have not ended. A number may have been given again after a start: it then means the last
// one.
func (r *reader) conversations(ctx context.Context, st streamRow, found *journal.LegacyState) (map[protocol.Ticket]*conversation, error) {
	rows, err := r.conn.QueryContext(ctx, ticketsOfDesk, st.ID, list(r.table.places(st.Name)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	open := map[protocol.Ticket]*conversation{}
	for rows.Next() {
		var seq int64
		var no protocol.Ticket
		var event protocol.TicketEvent
		var asked bool
		if err := rows.Scan(&seq, &no, &event, &asked); err != nil {
			return nil, err
		}
		found.Ticket = max(found.Ticket, no)
		c := open[no]
		if c == nil || event == protocol.VisitorWaits {
			c = &conversation{}
			open[no] = c
		}
		if c.apply(seq, event, asked); event == protocol.TicketClosed || event == protocol.VisitorLeft {
			delete(open, no)
		}
	}
	return open, rows.Err()
}

// apply takes the next entry. event is empty for a message, and asked says that it is the visitor's.
func (c *conversation) apply(seq int64, event protocol.TicketEvent, asked bool) {
	switch {
	case asked:
		c.words = cmp.Or(c.words, seq)
	case event == protocol.VisitorWaits:
		c.opened = seq
	case event == protocol.VisitorLeftMessage:
		c.left = seq
	case event != "":
		c.left = 0
	}
}

// at is the entry at a position, the zero Entry at 0.
func (r *reader) at(ctx context.Context, seq int64, st journal.Stream) (at journal.Entry, err error) {
	rows, err := r.conn.QueryContext(ctx, "SELECT "+columns+" FROM entries e WHERE seq=?", seq)
	if err != nil {
		return at, err
	}
	err = r.scanEntries(rows, st, func(e journal.Entry) bool { at = e; return true })
	return at, err
}
