// Package line is the transport for nc, telnet and programs: lines on a stream.
//
//	bytes ─> telnet (commands of the terminal out) ─> lines ─> ParseCommand or DecodeCommand
//	bytes <─ one write for all that waits <─ Frame.Text or Frame.JSON
//
// It speaks text until the client begins with a JSON object, and JSON from the answer to that on, even if that refuses
// the hello. A person's lines go through a protocol.Guard, so that likely secrets are not said. It never begins a
// negotiation: a telnet left alone edits its lines by itself, and nc would show the bytes on the screen. (The exception
// is askBinary.) The requests of a telnet are refused, so that it need not wait.
//
// It knows nothing about rooms or the hub.
package line
