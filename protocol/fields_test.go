package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program is told which member is missing or wrong, with a line to go by.
func TestRefusalsOfJSONSpeakJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"type":"forget"}`:                         `a "forget" needs "sure":true, as {"type":"forget","sure":true}`,
		`{"type":"forget","sure":false}`:            `a "forget" needs "sure":true, as {"type":"forget","sure":true}`,
		`{"type":"msg"}`:                            `a "msg" needs "to" and "text", as {"type":"msg","to":"bob","text":"psst"}`,
		`{"type":"msg","to":"bob","text":"\u200d"}`: `a "msg" needs "text", as {"type":"msg","to":"bob","text":"psst"}`,
		`{"type":"echo"}`:                           `an "echo" needs "on", as {"type":"echo","on":true}`,
		`{"type":"announce"}`:                       `an "announce" needs "text", as {"type":"announce","text":"tea is ready"}`,
		`{"type":"echo","on":"yes"}`:                `the "on" of an "echo" is true or false, as in {"type":"echo","on":true}`,
		`{"type":"take","ticket":"7"}`:              `the "ticket" of a "take" is the number of a visitor, as in {"type":"take","ticket":7}`,
		`{"type":"take","TICKET":-7}`:               `the "ticket" of a "take" is the number of a visitor, as in {"type":"take","ticket":7}`,
		`{"type":"hold","text":"x"}`:                `a "hold" with a "text" needs "ticket", as {"type":"hold","ticket":7}`,
		`{"type":"canned","ticket":7}`:              `a "canned" with a "ticket" needs "name", as {"type":"canned","name":"hours"}`,
	} {
		_, err := DecodeCommand([]byte(in))
		assert.EqualError(t, err, want, in)
	}
	for _, v := range Verbs() {
		for _, f := range v.Fields() {
			if f.Name == "id" {
				continue // of every command, and refused alike
			}
			_, err := DecodeCommand([]byte(`{"type":"` + v.Name + `","` + f.Name + `":[{}]}`))
			require.Error(t, err, "%s %s", v.Name, f.Name)
			assert.Contains(t, err.Error(), `"`+f.Name+`"`)
			assert.Contains(t, err.Error(), `{"type":"`+v.Name+`"`)
			if f.Needed {
				_, err = DecodeCommand([]byte(`{"type":"` + v.Name + `"}`))
				require.Error(t, err)
				assert.Contains(t, err.Error(), `"`+f.Name+`"`)
				assert.Contains(t, err.Error(), `{"type":"`+v.Name+`"`)
			}
		}
	}
	for _, in := range []string{`{"type":"history","lines":-1}`, `{"type":"close","text":"x"}`, `{"type":"close","ticket":7,"tickets":"3"}`} {
		_, err := DecodeCommand([]byte(in))
		require.Error(t, err, in)
		assert.NotContains(t, err.Error(), "other members", in)
		assert.Contains(t, err.Error(), `{"type":`, in)
	}
}
