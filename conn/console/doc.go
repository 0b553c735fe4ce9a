// Package console is the operator's place at the server's own terminal: a screen, lines, or none.
//
//	keys ──> chat.View ──> screen.Receive ──> hub        stdin  ─> stdio.Read ─┐
//	chat.View <── screen.Send <── hub                                          ├─ line.Transport
//	                                                     stdout <─ stdio.Write ┘
//
// The end of the screen is the end of the server. The end of the input in lines is not: lines of the room are still
// printed, and the operator is off duty at the desk.
package console
