package journal

import "chinwag/protocol"

// LegacyState is what the entries of a journal without rows hold for certain of the state. They do not hold the
// sessions: which ones there were, and whether they may be resumed, was not written.
type LegacyState struct {
	Topics   []Entry         // the last TopicSet of each room that is still kept, in order; it may have cleared the topic
	Ticket   protocol.Ticket // the highest number that the desk's stream names, 0: none
	Messages []LegacyMessage // in the order in which they were left
}

// LegacyMessage is a conversation at the desk whose visitor has left a message, and whose ticket has not changed since.
type LegacyMessage struct {
	Opened Entry // TicketChanged with VisitorWaits; the zero Entry: no longer kept
	Words  Entry // the first VisitorSaid; the zero Entry: no longer kept, or redacted
	Left   Entry // TicketChanged with VisitorLeftMessage
}
