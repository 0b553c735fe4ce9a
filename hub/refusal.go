package hub

import (
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// What the hub itself refuses, and why. What a rule refuses stands with the rules, in package state.
var (
	notKept = protocol.Refuse("not-kept", "that could not be recorded, so nobody has heard it: please try again in a while")

	noSession = protocol.Refuse("not-kept", "You are in no room yet: the history cannot be written just now. Please try again in a while: /join ROOM")

	searchTooLong  = protocol.Refuse("search-too-long", "that is more than %d words: please search for fewer (each 字 counts as a word)", journal.MaxWords)
	searchTooBroad = protocol.Refuse("search-too-broad", "that would take too long to find: please search for more words, or for rarer ones")
	searchBusy     = protocol.Refuse("search-busy", "too many are searching just now: please try again in a moment")

	unreadable = protocol.Refuse("unreadable", "the history cannot be read just now: please try again in a while")

	redactBusy  = protocol.Refuse("forget-busy", "too many people have their words taken out just now, so some of yours may still stand: please try again in a minute")
	notRedacted = protocol.Refuse("not-forgotten", "your words could not be taken out of the history just now, and some may still stand: please try again in a minute")

	budgetSpent       = protocol.Refuse("budget-spent", "your address has said as much as this server keeps from one address in a day, so nobody has heard that: you can go on reading, please say it again in a while")
	budgetNearlySpent = protocol.Notice{Text: protocol.MustText("your address has said nine tenths of what this server keeps from one address in a day: after that you can only read for a while")}
	reserveSpent      = protocol.MustText("your address has said as much as this server keeps from one address in a day")
)
