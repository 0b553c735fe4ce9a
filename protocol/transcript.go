package protocol

// AppendTranscript appends e as it stands in a transcript: with its day and its time, and with
// nicks in the place of "you", since readers of a transcript differ. VisitorNotice has no nick of its
// recipient, and calls it the visitor.
func AppendTranscript(dst []byte, e Recorded) []byte {
	dst = appendWhen(append(dst, '['), Replayed{Event: e, Dated: true})
	switch e := e.Public().(type) {
	case Whispered:
		return line(dst, "[", e.From.s, " -> ", e.To.s, "] ", e.Text.s)
	case VisitorNotice:
		return ofVisitor(append(dst, "-- "...), e)
	default:
		return AppendEvent(dst, e)
	}
}

// ofVisitor is atDesk for readers other than the visitor.
func ofVisitor(dst []byte, e VisitorNotice) []byte {
	switch e.Event {
	case VisitorTaken:
		return line(dst, e.By.s, " is with the visitor now")
	case VisitorHanded:
		return line(dst, e.By.s, " hands the visitor over to ", e.To.s)
	case VisitorHeld:
		return colon(append(append(dst, e.By.s...), " asks the visitor to wait a moment"...), e.Text)
	case TicketClosed:
		return atDesk(dst, e)
	case VisitorReturned:
		return line(dst, e.By.s, " had to go: the visitor waits again")
	}
	return line(dst, "the visitor waits at the desk")
}
