package state

import "chinwag/protocol"

// The fields of each command, in their order.

const (
	maxTickets = 100 * (20 + 1 + 20 + 1) // bytes of the numbers that one command names
	maxOrigin  = 64
)

func sayFields(v *protocol.Say, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Text)
	number(c, &v.Ticket)
	c.room(&v.Room)
}

func meFields(v *protocol.Me, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Text)
	c.room(&v.Room)
}

func msgFields(v *protocol.Msg, c *coder) {
	c.ref(&v.Ref)
	c.nick(&v.To)
	c.text(&v.Text)
}

func renameFields(v *protocol.Rename, c *coder) { c.nick(&v.Nick) }

func joinFields(v *protocol.Join, c *coder) { c.room(&v.Room) }

func watchFields(v *protocol.Watch, c *coder) { c.room(&v.Room) }

func partFields(v *protocol.Part, c *coder) { c.room(&v.Room) }

func roomsFields(v *protocol.Rooms, c *coder) {
	c.text(&v.Words)
	c.room(&v.After)
}

func whoFields(v *protocol.Who, c *coder) { c.room(&v.Room) }

func topicFields(v *protocol.Topic, c *coder) {
	c.text(&v.Text)
	c.room(&v.Room)
}

func historyFields(v *protocol.History, c *coder) {
	number(c, &v.Lines)
	c.flags(&v.All)
	c.instant(&v.Since)
	number(c, &v.Before)
	number(c, &v.Around)
	c.room(&v.Room)
}

func searchFields(v *protocol.Search, c *coder) {
	c.text(&v.Text)
	c.room(&v.Room)
}

func forgetFields(v *protocol.Redact, c *coder) { c.flags(&v.Sure) }

func ignoreFields(v *protocol.Ignore, c *coder) { c.nick(&v.Nick) }

func awayFields(v *protocol.Away, c *coder) { c.text(&v.Text) }

func echoFields(v *protocol.Echo, c *coder) { c.flags(&v.On) }

func readFields(v *protocol.Read, c *coder) {
	c.room(&v.Room)
	number(c, &v.Seq)
}

func leaveFields(v *protocol.Quit, c *coder) { c.text(&v.Text) }

func deskFields(v *protocol.Desk, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Text)
}

func kickFields(v *protocol.Kick, c *coder) {
	c.nick(&v.Nick)
	number(c, &v.For)
	c.text(&v.Text)
}

func announceFields(v *protocol.Announce, c *coder) { c.text(&v.Text) }

func stopFields(v *protocol.Stop, c *coder) { c.text(&v.Text) }

func dutyFields(v *protocol.Duty, c *coder) { c.flags(&v.On) }

func queueFields(v *protocol.Queue, c *coder) {
	c.flags(&v.All)
	number(c, &v.From)
}

func takeFields(v *protocol.Take, c *coder) { number(c, &v.Ticket) }

func toFields(v *protocol.To, c *coder) { number(c, &v.Ticket) }

func replyFields(v *protocol.Reply, c *coder) {
	c.ref(&v.Ref)
	number(c, &v.Ticket)
	c.text(&v.Text)
}

func cannedFields(v *protocol.Canned, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Name)
	number(c, &v.Ticket)
}

func handFields(v *protocol.Hand, c *coder) {
	number(c, &v.Ticket)
	c.nick(&v.To)
}

func holdFields(v *protocol.Hold, c *coder) {
	number(c, &v.Ticket)
	c.text(&v.Text)
}

func closeFields(v *protocol.Close, c *coder) {
	number(c, &v.Ticket)
	parsed(c, &v.Tickets, maxTickets, protocol.ParseTickets)
	parsed(c, &v.Address, maxOrigin, protocol.ParseOrigin)
	c.text(&v.Text)
}

func noteFields(v *protocol.Note, c *coder) {
	c.ref(&v.Ref)
	number(c, &v.Ticket)
	c.text(&v.Text)
}

func transcriptFields(v *protocol.Transcript, c *coder) { number(c, &v.Ticket) }
