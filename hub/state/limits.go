package state

import (
	"math"

	"chinwag/protocol"
)

// The limits that no setting changes. Those that one does are in settings.go, and what they drop at the desk in
// desk_limits.go.

// Of a session.
const (
	MaxRoomsPerSession = 256 // whatever the settings say
	MaxStays           = 16  // remembered, beside the open ones in watched rooms
	MaxIgnored         = 100 // in its list
	MaxStreams         = 256 // remembered, in which it has spoken
	maxRead            = 64  // rooms for which it keeps how far it has read
	MaxIDs             = 256 // of its messages that are remembered
	MaxVisits          = 10  // to the desk anew, within a visitPeriod
	maxSpoken          = 4   // lines that are counted: no rule asks for more, so most lines change only the position
)

// Of words.
const (
	maxShort = 512 // bytes of a topic, an away text, a goodbye
	maxFirst = 256 // bytes of a visitor's first words, which the queue shows
	MaxNames = 200 // names in one answer

	someTickets = 20  // in the answer to /queue
	manyTickets = 200 // in the answer to /queue all
)

// Of the server.
const (
	MaxUnread  = 1000 // sessions that are kept because their conversation was closed while they were away
	MaxEnded   = 64   // ended conversations that are remembered by number
	maxNodes   = 64   // that have ever been in one order
	maxBlocked = 1000 // keys of nicks that are blocked, and keys of addresses; beyond it, those that expire first are lifted
)

// Of one decision, so that no other intent waits long.
const (
	MaxEndedAtOnce = 128 // conversations that end
	endedAtOnce    = 128 // sessions whose time is up
)

// A limit that relies on another is a constant expression here, which is negative, and so no uint, if that does not
// hold.
const (
	_ = uint(protocol.MaxText - maxShort) // a text that is short enough can be read again
	_ = uint(protocol.MaxText - maxFirst)
	_ = uint(maxSpoken - shortLines - 1)           // the count shows that a stay was not short
	_ = uint(math.MaxUint16 - MaxIDs)              // an index of a ring, and one more, is a uint16
	_ = uint(64 - connBits - 16)                   // a connection's number has its node above it
	_ = uint(manyTickets - someTickets)            // /queue all shows no less than /queue
	_ = uint(maxBlocked - 2)                       // both keys of a nick have a place
	_ = uint(softSpan - softRows)                  // the rows of one decision are not all of a tail
	_ = uint(softLimit - softSpan - 1)             // decisions write some rows before one writes all
	_ = uint(maxTail - softLimit - 1)              // and that before a load would replay too many entries
	_ = uint(longestGap - Beat)                    // a live node is heard of within the gap that counts
	_ = uint(Lease - 2*longestGap)                 // one gap alone ends no lease
	_ = uint(ChecksumEvery - maxNodes)             // each node has proposed its checksum before the next is due
	_ = uint(maxMany - MaxUnread - MaxEnded)       // what a list in an intent may hold
	_ = uint(protocol.MaxKick - protocol.KickTime) // a kick without a time is no longer than the longest
)
