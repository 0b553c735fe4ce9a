package line

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

// Invisible bytes before the first line count for nothing, for people and for programs.
func TestAMarkAtTheBeginningIsPassedOver(t *testing.T) {
	for _, mark := range []string{"\ufeff", "\ufeff\ufeff", "\u200b", "\x00", "\u202e", "\ufeff\n", "\n\ufeff"} {
		for in, want := range map[string]string{
			"/who\n":                        `{"type":"who"}`,
			"hi\n":                          saysJSON,
			helloJSON + "\n":                helloJSON,
			helloJSON + mark + "\r\n":       helloJSON,
			`{"type":"hello","nick":5}`:     "refused bad-json",
			`{'type':'hello','token':'T'}`:  "refused bad-json",
			`{"type":"hello","token":"T"`:   "refused bad-json",
			`{"type":"say","text":"aloud"}`: "refused hello-first",
		} {
			got, _ := receiveAll(t, mark+in, Options{})
			require.NotEmpty(t, got, "%q%q", mark, in)
			assert.Equal(t, want, got[len(got)-1], "%q%q", mark, in)
			assert.Len(t, got, 1, "%q%q", mark, in)
		}
	}
}

// A program may say hello three times, and what comes after the last is nothing either.
func TestTheLastHello(t *testing.T) {
	tr := New(conntest.Packets(helloJSON[:5]+"\nhi\n\n/quit\n"+helloJSON[:5]+"\n"), Options{})
	var lasts []bool
	for range 4 {
		cmd, err := tr.Receive()
		assert.Nil(t, cmd)
		var hello *protocol.HelloRefused
		require.ErrorAs(t, err, &hello)
		lasts = append(lasts, hello.Last)
	}
	assert.Equal(t, []bool{false, false, true, true}, lasts)
}
