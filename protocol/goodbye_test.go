package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a program is told of coming back is always there, so that 0 is told from a server that does not know of it.
func TestAGoodbyeSaysWhetherToComeBack(t *testing.T) {
	assert.Equal(t, `{"type":"goodbye","reason":"finished","back":0}`+"\n", string(AppendEventJSON(nil, Goodbye{Reason: Finished})))
	assert.Equal(t, `{"type":"goodbye","reason":"restart","back":120}`+"\n", string(AppendEventJSON(nil, Goodbye{Reason: Restart, Back: 120})))
	assert.Equal(t, `{"type":"goodbye","reason":"kicked","back":0,"wait":60}`+"\n", string(AppendEventJSON(nil, Goodbye{Reason: Kicked, Wait: 60})))
	for in, want := range map[string]Seconds{
		`{"reason":"shutdown","back":0}`: 0,
		`{"reason":"kicked","back":7}`:   7,
		// Of older servers:
		`{"reason":"shutdown"}`: 120,
		`{"reason":"full"}`:     120,
		`{"reason":"stalled"}`:  120,
		`{"reason":"finished"}`: 0,
		`{"reason":"quit"}`:     0,
		`{"reason":"kicked"}`:   0,
		`{"reason":"replaced"}`: 0,
		`{"reason":"boredom"}`:  0,
	} {
		e, err := DecodeEvent([]byte(`{"type":"goodbye",` + in[1:]))
		require.NoError(t, err)
		assert.Equal(t, want, e.(Goodbye).Back, in)
	}
}

func TestGoodbyesInWords(t *testing.T) {
	for want, e := range map[string]Goodbye{
		"see you":                         {Reason: Departed},
		"the server is shutting down: hi": {Reason: Shutdown, Text: MustText("hi")},
		"the server is shutting down, please come back in a while":                                                       {Reason: Restart, Back: 120},
		"you were kicked, please stay away for 10 minutes: hi":                                                           {Reason: Kicked, Wait: 600, Text: MustText("hi")},
		"somebody at your address was kicked, please come back in 40 seconds":                                            {Reason: Kicked, Wait: 40, Address: true},
		"your side took nothing for too long; /resume k7qm2-xwdab within 2 minutes makes you again who you were":         {Reason: Stalled, Back: 120, Code: "k7qm2-xwdab"},
		"the server is full, please try again in a while; /resume a-b within 2 minutes makes you again who you were: hi": {Reason: Full, Back: 120, Code: "a-b", Text: MustText("hi")},
		"boredom": {Reason: "boredom"},
	} {
		assert.Equal(t, "-- goodbye: "+want+"\n", string(AppendEvent(nil, e)))
		assert.Equal(t, want, e.Words())
	}
}

func TestSeconds(t *testing.T) {
	for s, want := range map[Seconds]string{
		0: "0 seconds", 1: "1 second", 40: "40 seconds", 60: "1 minute", 61: "61 seconds", 119: "119 seconds", 120: "2 minutes",
		121: "3 minutes", 599: "10 minutes", 3600: "1 hour", 3601: "61 minutes", 7201: "3 hours", 86399: "24 hours", 86400: "1 day",
	} {
		assert.Equal(t, want, s.String())
	}
	assert.Equal(t, Seconds(3), SecondsOf(2001*time.Millisecond))
	assert.Equal(t, Seconds(2), SecondsOf(2*time.Second))
	assert.Equal(t, 2*time.Second, Seconds(2).Duration())
}
