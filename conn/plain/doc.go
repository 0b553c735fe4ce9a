// Package plain is the door for nc, telnet and programs: lines on a stream.
//
//	bytes ─> telnet (commands of the terminal out) ─> lines ─> ParseCommand or DecodeCommand
//	bytes <─ one write for all that waits <─ Line.Text or Line.JSON
//
// It speaks text until the client says a JSON hello, and JSON from the answer
// to that on. It never negotiates: a telnet that is left alone edits its lines by
// itself, and nc would show the bytes on the screen. What a telnet asks for is refused,
// so that it need not wait.
//
// It knows nothing about rooms or the hub.
package plain
