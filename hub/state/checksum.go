package state

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc64"
	"slices"

	"chinwag/protocol"
)

// Nodes that have decided the same intents have the same state, and have made the same entries. Each proposes a
// checksum now and then, so that a node that differs is found.

// ChecksumEvery is the number of intents between two checksums.
const ChecksumEvery = 4096

// Sum is a hash of a state.
type Sum [sha256.Size]byte

// compare ends the nodes whose state is not that of most: the author of this checksum, or those with another. If no
// state is that of most, it reports that to the server's log.
func (m *Machine) compare(_ *Session, op Checksum) {
	own := m.node(m.in.Node)
	if own == nil { // the server is alone
		return
	}
	own.Summed, own.Sum = op.Position, op.Sum
	live := m.liveNodes()
	said := func(sum Sum) (n int) {
		for _, o := range live {
			if o.Summed == op.Position && o.Sum == sum {
				n++
			}
		}
		return n
	}
	all, agreed := 0, false
	for _, n := range live {
		if n.Summed == op.Position {
			all++
			agreed = agreed || 2*said(n.Sum) > len(live)
		}
	}
	for _, n := range live {
		if agreed && n.Summed == op.Position && 2*said(n.Sum) <= len(live) {
			m.endNode(n, NodeDiffers)
		}
	}
	if all == len(live) && !agreed {
		m.tellHub(Diverged{op.Position})
	}
}

// Checksum returns a hash of the state: of each row as it would be written now, in the order of their numbers. It is
// the same on all nodes that have decided the same, however often they were loaded from their rows since.
func (m *Machine) Checksum() Sum {
	rows := []Row{{commonRow, m.encode(ofCommon, m.fields)}}
	add := func(row int64, k kind, fields func(*coder)) {
		if row != 0 {
			rows = append(rows, Row{row, m.encode(k, fields)})
		}
	}
	add(m.replies.row, ofReplies, m.Settings.replyFields)
	for _, s := range m.sessions {
		add(s.row, ofSession, m.sessionFields(s))
	}
	for _, r := range m.rooms {
		add(r.row, ofRoom, r.fields)
	}
	for _, t := range m.desk.tickets {
		add(t.row, ofTicket, t.fields)
	}
	for _, b := range m.blocks {
		add(b.row, ofBlock, b.fields)
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.ID, b.ID) })
	h := sha256.New()
	head := binary.BigEndian.AppendUint64(nil, m.head)
	h.Write(head)
	for _, r := range rows {
		head = binary.BigEndian.AppendUint64(head[:0], uint64(r.ID))
		h.Write(binary.BigEndian.AppendUint64(head, uint64(len(r.Value))))
		h.Write(r.Value)
	}
	return Sum(h.Sum(nil))
}

var entryTable = crc64.MakeTable(crc64.ECMA)

// hashEntries adds the entries of a decision to the hash of all entries, which the rest of the state does not show.
func (m *Machine) hashEntries() {
	for i := range m.out.Events {
		e := &m.out.Events[i]
		if e.Seq == 0 {
			continue
		}
		b := append(m.scratch[:0], e.Stream...)
		b = append(b, 0)
		b = append(b, e.Author[:]...)
		b = protocol.AppendEventJSON(b, e.What)
		m.scratch, m.Order.Entries = b, crc64.Update(m.Order.Entries, entryTable, b)
	}
}
