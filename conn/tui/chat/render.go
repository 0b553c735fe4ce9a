package chat

import (
	"strings"

	"chinwag/conn/tui"
	"chinwag/protocol"
)

// render is the text of AppendEvent, in styled parts.
func render(e protocol.Event) []tui.Span {
	text := strings.TrimSuffix(string(protocol.AppendEvent(nil, e)), "\n")
	name, before := "", ""
	switch e := e.(type) {
	case protocol.Said:
		name, before = e.From.String(), "<"
	case protocol.Acted:
		name, before = e.From.String(), "* "
	case protocol.Whispered:
		name, before = e.From.String(), "["
		if e.You {
			name, before = e.To.String(), "[you -> "
		}
	case protocol.VisitorSaid:
		name, before = e.From.String(), "["+e.Ticket.String()+" "
	case protocol.Replied:
		name, before = e.From.String(), "["
		if e.You {
			name, before = e.To.String(), "[you -> "+e.Ticket.String()+" "
		}
	case protocol.Noted:
		name, before = e.To.String(), "["+e.Ticket.String()+" "
	case protocol.Announced:
		return []tui.Span{{Text: text, Style: tui.Loud}}
	case protocol.Elsewhere:
		return renderElsewhere(e, text)
	case protocol.Replayed:
		inner := strings.TrimSuffix(string(protocol.AppendEvent(nil, e.Event)), "\n")
		return append([]tui.Span{{Text: strings.TrimSuffix(text, inner), Style: tui.Dim}}, render(e.Event)...)
	default:
		return []tui.Span{{Text: text, Style: tui.Dim}}
	}
	rest := text[len(before)+len(name):]
	return []tui.Span{{Text: before}, {Text: name, Style: tui.Nick}, {Text: rest}}
}

// renderElsewhere is an event of a room that is not in front, behind the name of that room.
func renderElsewhere(e protocol.Elsewhere, text string) []tui.Span {
	inner := strings.TrimSuffix(string(protocol.AppendEvent(nil, e.Event)), "\n")
	if before, isSaid := strings.CutSuffix(text, inner); isSaid && before != "" {
		return append([]tui.Span{{Text: before, Style: tui.Dim}}, render(e.Event)...)
	}
	return []tui.Span{{Text: text, Style: tui.Dim}}
}
