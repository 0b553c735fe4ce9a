// Package plain is the door for nc, telnet and programs: lines on a stream.
//
//	bytes ─> telnet (commands of the terminal out) ─> lines ─> ParseCommand or DecodeCommand
//	bytes <─ one write for all that waits <─ Line.Text or Line.JSON
//
// It speaks text until the client begins with a JSON object, and JSON from the answer
// to that on, also where that says what is wrong with the hello. What a person types goes
// through a protocol.Guard: what is most likely a secret is not said. It never negotiates: a telnet that is left alone edits its lines by
// itself, and nc would show the bytes on the screen. What a telnet asks for is refused,
// so that it need not wait.
//
// It knows nothing about rooms or the hub.
package plain
