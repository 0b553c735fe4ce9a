package protocol

// AppendTranscript appends e as it stands in a transcript: with its day and its time, and with nicks in the place of
// "you", since readers of a transcript differ.
func AppendTranscript(dst []byte, e Recorded) []byte {
	dst = appendWhen(append(dst, '['), Replayed{Event: e, Dated: true})
	switch e := e.Public().(type) {
	case Whispered:
		return line(dst, "[", e.From.s, " -> ", e.To.s, "] ", e.Text.s)
	case VisitorNotice:
		return e.appendTranscript(dst)
	default:
		return AppendEvent(dst, e)
	}
}
