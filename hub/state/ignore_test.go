package state

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func ignoring(name string) protocol.Ignore { return protocol.Ignore{Nick: protocol.MustNick(name)} }

func TestIgnoringAndHearingAgain(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	assert.Equal(t, []string{"change state.IgnoreSet", "ann: -- you do not hear bob any more: /ignore bob again to change that"}, k.do("ann", ignoring("bob")))
	k.do("bob", protocol.Rename{Nick: protocol.MustNick("rob")})
	assert.Equal(t, "ann: -- you ignore bob, rob", last(k.do("ann", protocol.Ignore{})))
	assert.Equal(t, "ann: -- you hear rob again", last(k.do("ann", ignoring("rob"))), "by the name of now")
	k.do("ann", ignoring("rob"))
	k.do("bob", protocol.Rename{Nick: protocol.MustNick("bob")})
	assert.Equal(t, "ann: -- you hear Rob again", last(k.do("ann", ignoring("Rob"))), "by the name of then")
	assert.Equal(t, "ann: -- you ignore nobody", last(k.do("ann", protocol.Ignore{})))
	assert.Empty(t, k.ignoring)
}

func TestWhoCannotBeIgnored(t *testing.T) {
	k := newTalk(t, "op", "ann", "vic")
	k.do("vic", protocol.Desk{})
	for name, words := range map[string]string{
		"carol": "there is nobody called carol just now", "vic": "there is nobody called vic just now", "ann": "that is you",
		"op": "op is an operator, and operators are heard by everybody",
	} {
		assert.Equal(t, []string{"ann: -- " + words}, k.do("ann", ignoring(name)))
	}
}

func TestSoManyCanBeIgnored(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	for i := range MaxIgnored {
		k.do("bob", protocol.Rename{Nick: protocol.MustNick(fmt.Sprint("bob", i))})
		s := k.of("bob")
		k.change(k.who["ann"], IgnoreSet{append(k.of("ann").Ignoring, Ignored{Name: s.Nick, Session: uuid.UUID{0: 8, 15: byte(i)}})})
	}
	k.do("bob", protocol.Rename{Nick: protocol.MustNick("rob")})
	told := fmt.Sprintf("ann: -- you ignore %d people already: please hear somebody again first", MaxIgnored)
	assert.Equal(t, []string{told}, k.do("ann", ignoring("rob")))
	assert.Len(t, k.of("ann").Ignoring, MaxIgnored)
}

// A session is not shown a topic whose author it ignores, by session or by name; its own topic is shown.
func TestTopicsOfTheIgnored(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	ann, bob, other := k.of("ann"), k.of("bob"), uuid.UUID{0: 8}
	r := func(by uuid.UUID, from string) *Room {
		return &Room{Topic: protocol.MustText("tea"), By: by, From: protocol.MustNick(from)}
	}
	assert.False(t, ann.shows(&Room{}))
	assert.True(t, ann.shows(r(bob.ID, "bob")))
	k.do("ann", ignoring("bob"))
	assert.False(t, ann.shows(r(bob.ID, "robert")))
	assert.False(t, ann.shows(r(other, "Bob")))
	assert.False(t, ann.shows(r(other, "ｂｏｂ")))
	assert.True(t, ann.shows(r(other, "carol")))
	assert.True(t, ann.shows(r(ann.ID, "bob")), "one's own words")
	assert.True(t, bob.shows(r(ann.ID, "ann")))
}

// Every session hears an operator: what it ignores of a session that becomes one, or that is one and takes the ignored
// name, is dropped, in the order of the rows.
func TestOperatorsAreHeard(t *testing.T) {
	k := newTalk(t, "op", "ann", "bob", "carol", "dave")
	for _, name := range []string{"dave", "ann", "carol"} {
		k.do(name, ignoring("bob"))
	}
	k.do("dave", ignoring("ann"))
	d := k.decide("bob", Promote{})
	var heard []uuid.UUID
	for _, e := range d.Events {
		if _, is := e.Change.(IgnoreSet); is {
			heard = append(heard, e.Author)
		}
	}
	assert.Equal(t, []uuid.UUID{k.who["ann"], k.who["carol"], k.who["dave"]}, heard)
	assert.Empty(t, k.of("ann").Ignoring)
	require.Len(t, k.of("dave").Ignoring, 1)
	assert.Equal(t, map[*Session]bool{k.of("dave"): true}, k.ignoring)

	k.do("ann", protocol.Quit{})
	k.do("op", protocol.Rename{Nick: protocol.MustNick("Ann")})
	assert.Empty(t, k.ignoring)
}

// Rows hold no keys: they are made when a session is put into the indexes.
func TestWhoIsIgnoredIsKnownAfterALoad(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	ann := k.of("ann")
	k.reindex(ann, func(s *Session) { s.Ignoring = []Ignored{{Name: protocol.MustNick("bob"), Session: uuid.UUID{0: 8}}} })
	assert.True(t, ann.ignores(k.who["bob"], protocol.MustNick("Bob")))
	assert.True(t, k.ignoring[ann])
	k.reindex(ann, func(s *Session) { s.Ignoring = nil })
	assert.Empty(t, k.ignoring)
}

func TestIgnoringIsUndone(t *testing.T) {
	k := newTalk(t, "ann", "bob")
	k.do("ann", ignoring("bob"))
	k.do("ann", ignoring("bob"))
	hears := k.Number()
	k.Rollback(hears)
	assert.True(t, k.of("ann").ignores(k.who["bob"], protocol.MustNick("bob")))
	assert.True(t, k.ignoring[k.of("ann")])
	k.Rollback(hears - 1)
	assert.Empty(t, k.of("ann").Ignoring)
	assert.Empty(t, k.ignoring)
}
