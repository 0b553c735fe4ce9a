package hub

import "fmt"

// feed is how a session gets the entries that it hears. All transitions:
//
//	          bind               open
//	unbound ────────> resuming ────────> live
//	   ^                  │              │  ^
//	   │ unbind           │ read         │  │ at the head
//	   │                  v   full, read v  │
//	   └── from each    behind <─────────┘  │
//	                      └─────────────────┘
//
// Why a slow client reads the journal: each entry is there anyway, so the client reads it at its own pace, and costs
// the others nothing. Rejected: to drop a slow client, which would punish each short loss of the network; to wait for
// it, which would stall the whole room; and an outbox without a bound, which would let it fill the memory.
type feed uint8

const (
	unbound  feed = iota // it has no client here
	resuming             // its client has not been told yet from where it reads
	live                 // the loop puts entries into the client's outbox
	behind               // the client's own goroutine reads the journal, and asks when it is at the head
)

// feedMoves names what causes each transition; "": it is not possible.
var feedMoves = [...][behind + 1]string{
	unbound:  {resuming: "bind: a client begins or resumes the session"},
	resuming: {unbound: "unbind", live: "open: the session has just begun", behind: "read: it reads from what it was told last"},
	live:     {unbound: "unbind", behind: "full: the outbox has no room; read: it begins before the head"},
	behind:   {unbound: "unbind", live: "at the head"},
}

// become changes the feed of a session.
func (s *session) become(f feed) {
	if feedMoves[s.feed][f] == "" {
		panic(fmt.Sprintf("hub: a session's feed cannot change from %d to %d", s.feed, f))
	}
	s.feed = f
}
