//go:build linux

package e2e

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// roomwork is a client's account of the rooms that it is in.
type roomwork struct {
	room    protocol.Room   // in front
	watched []protocol.Room // and the one in front, perhaps
	rooms   []protocol.Room // in which it was told that it is, one after the other
	aways   int
}

func roomOf(n int) protocol.Room {
	r, err := protocol.ParseRoom(fmt.Sprint("#room", n))
	if err != nil {
		panic(err)
	}
	return r
}

// isMove reports whether c changes the rooms of its author.
func isMove(c protocol.Command) bool {
	switch c.(type) {
	case protocol.Join, protocol.Watch, protocol.Part:
		return true
	}
	return false
}

func (v *survivor) isMoving() bool { return slices.ContainsFunc(v.pending, isMove) }

// someRoom is one of those to which clients go.
func (v *survivor) someRoom() protocol.Room { return roomOf(v.dice.IntN(max(2, v.many/16))) }

func (v *survivor) talks() {
	if v.dice.IntN(4) == 0 && !v.isMoving() {
		if to := v.someRoom(); to != v.room {
			v.sends(protocol.Join{Room: to})
			return
		}
	}
	v.says()
}

// roams is talks for a client that watches one or two rooms most of the time.
func (v *survivor) roams() {
	room := v.someRoom()
	switch n := v.dice.IntN(20); {
	case n == 0:
		v.aways++
		v.sends(protocol.Away{Text: protocol.MustText(fmt.Sprint("gone for the ", v.aways, "th time"))})
	case n > 8 || v.isMoving() || room == v.room:
		v.says()
	case n < 4:
		v.sends(protocol.Join{Room: room})
	case slices.Contains(v.watched, room) && n == 4:
		v.sends(protocol.Part{Room: room})
	case !slices.Contains(v.watched, room) && len(v.watched) < 2:
		v.sends(protocol.Watch{Room: room})
	default:
		v.says()
	}
}

// says says something, where it is or will be.
func (v *survivor) says() {
	where := v.room
	if i := slices.IndexFunc(v.pending, isMove); i >= 0 {
		if to, is := v.pending[i].(protocol.Join); is {
			where = to.Room
		}
	} else if n := len(v.watched); n > 0 && v.dice.IntN(2) == 0 {
		where = v.watched[v.dice.IntN(n)]
	}
	ref, text := v.newWords()
	v.sends(protocol.Say{Ref: ref, Text: text, Room: where})
}

// comesBack follows a welcome in the rooms that the session is in: those in which it was, but for a move that was not
// answered.
func (v *survivor) comesBack(e protocol.Welcome, again bool) {
	in := e.Rooms
	if len(in) == 0 {
		in = []protocol.Room{e.Room}
	}
	i := slices.IndexFunc(v.pending, isMove)
	if i >= 0 && v.hasMoved(v.pending[i], e.Room, in) {
		v.pending = slices.Delete(v.pending, i, i+1)
	} else if again && e.Room != v.room && v.isTalker() {
		v.is("back in %s, and it was in %s", e.Room, v.room)
	}
	v.isIn(e.Room)
	was := append(slices.Clone(v.watched), e.Room)
	byName := func(a, b protocol.Room) int { return cmp.Compare(a.String(), b.String()) }
	slices.SortFunc(was, byName)
	slices.SortFunc(in, byName)
	if was = slices.Compact(was); !slices.Equal(was, in) {
		v.is("back in %v, and it was in %v", in, was)
	}
}

// hasMoved reports whether a move was decided before a break, and follows it.
func (v *survivor) hasMoved(c protocol.Command, front protocol.Room, in []protocol.Room) bool {
	switch c := c.(type) {
	case protocol.Join:
		return c.Room == front
	case protocol.Watch:
		if slices.Contains(in, c.Room) {
			v.watch(c.Room)
			return true
		}
	case protocol.Part:
		if !slices.Contains(in, c.Room) {
			v.parted(c.Room)
			return true
		}
	}
	return false
}

// moves hears what came of a move.
func (v *survivor) moves(e protocol.Event) {
	switch e := e.(type) {
	case protocol.Entered:
		v.last = max(v.last, e.Seq)
		v.isIn(e.Room)
	case protocol.Fronted:
		v.isIn(e.Room)
	case protocol.Watched:
		v.last = max(v.last, e.Seq)
		v.watch(e.Room)
	case protocol.PartedFrom:
		v.parted(e.Room)
	default:
		return
	}
	v.pending = slices.DeleteFunc(v.pending, isMove)
}

// isIn brings a room to the front. Another one that was there is left, unless it is watched.
func (v *survivor) isIn(room protocol.Room) {
	if v.room != room && !slices.Contains(v.watched, room) {
		v.rooms = append(v.rooms, room)
	}
	v.room = room
}

func (v *survivor) watch(room protocol.Room) {
	v.rooms, v.watched = append(v.rooms, room), append(v.watched, room)
}

func (v *survivor) parted(room protocol.Room) {
	v.watched = slices.DeleteFunc(v.watched, func(r protocol.Room) bool { return r == room })
}

// wentAway follows what a client is told of its own being away.
func (v *survivor) wentAway(e protocol.AwaySet) {
	v.pending = slices.DeleteFunc(v.pending, func(c protocol.Command) bool { a, is := c.(protocol.Away); return is && e.You && a.Text == e.Text })
}

// thingsOnce leaves of each thing that stands in several of the rooms the first entry. They are in the order of the
// journal.
func thingsOnce(entries []journal.Entry) []journal.Entry {
	var last uuid.UUID
	return slices.DeleteFunc(entries, func(e journal.Entry) bool {
		id := protocol.MetaOf(e.Event).ID
		again := id == last
		last = id
		return again
	})
}
