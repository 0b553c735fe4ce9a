package hub

import (
	"cmp"
	"maps"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func (r *run) roomList(m *member) protocol.Event {
	rooms := slices.SortedFunc(maps.Values(r.rooms), func(a, b *room) int {
		return cmp.Or(cmp.Compare(len(b.members), len(a.members)), cmp.Compare(a.name.String(), b.name.String()))
	})
	rooms = slices.DeleteFunc(rooms, func(r *room) bool {
		return r.name == protocol.DeskRoom || r.name == protocol.OperatorsRoom && !m.operator
	})
	list := protocol.RoomList{Count: len(rooms), Rooms: []protocol.RoomInfo{}}
	for _, room := range rooms[:min(len(rooms), maxNames)] {
		info := protocol.RoomInfo{Room: room.name, Here: len(room.members)}
		if m.shows(room.topic) {
			info.Topic = room.topic.text
		}
		list.Rooms = append(list.Rooms, info)
	}
	return list
}

// membersOf names the first who came, as far as the bound allows.
func (r *run) membersOf(room *room) protocol.Event {
	some := slices.Clone(room.members[:min(len(room.members), maxNames)])
	slices.SortFunc(some, func(a, b *member) int { return cmp.Compare(a.came, b.came) })
	e := protocol.Members{Room: room.name, Here: len(room.members), Names: []protocol.Member{}}
	for _, m := range some {
		e.Names = append(e.Names, protocol.Member{Nick: m.nick, Away: !m.away.IsBlank()})
	}
	return e
}

// history has m's writer tell a stretch of the record again.
func (r *run) history(m *member, cmd protocol.History, w int64) {
	lines := cmp.Or(cmd.Lines, max(1, r.opts.Replay))
	if cmd.All {
		lines = -1
	}
	p := &past{me: m.listener, streams: r.readable(m), lines: lines, upto: r.head, since: cmd.Since, around: cmd.Around, end: true}
	if cmd.Before > 0 {
		p.upto = min(p.upto, cmd.Before-1)
	}
	r.append(m.client, &aside{after: r.place(m.client), weight: w, past: p, ref: m.client.ref}, nil)
}

// readable is what m may read of the record: where it is, what is its own, and
// what is for everybody.
func (r *run) readable(m *member) []journal.Stream {
	return []journal.Stream{m.stream(m.bound), journal.Mailbox(m.id), journal.Everybody}
}
