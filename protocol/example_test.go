package protocol_test

import (
	"fmt"

	"chinwag/protocol"
)

// A line that a person types becomes a command, which a program would write as JSON.
func ExampleParseCommand() {
	c, err := protocol.ParseCommand("/msg bob psst")
	if err != nil {
		fmt.Println(err) // says what to type instead
		return
	}
	fmt.Printf("%T: %s", c, protocol.AppendCommandJSON(nil, c))
	// Output: protocol.Msg: {"type":"msg","to":"bob","text":"psst"}
}

// An error of the parser is a *Refusal, with a sentence for its author.
func ExampleParseCommand_refused() {
	_, err := protocol.ParseCommand("/jion #tea")
	fmt.Println(err)
	// Output: there is no /jion: did you mean /join? /help lists all
}

// A program reads events as JSON; a person is shown them as lines.
func ExampleDecodeEvent() {
	e, err := protocol.DecodeEvent([]byte(`{"type":"said","seq":7,"room":"#tea","from":"bob","text":"hello"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if said, ok := e.(protocol.Said); ok {
		fmt.Println(said.From, "at position", said.Seq)
	}
	fmt.Printf("%s", protocol.AppendEvent(nil, e))
	// Output:
	// bob at position 7
	// <bob> hello
}
