package protocol

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAKickMayHaveATime(t *testing.T) {
	bob := nick(t, "bob")
	for in, want := range map[string]Kick{
		"/kick bob":                 {Nick: bob},
		"/kick bob enough":          {Nick: bob, Text: MustText("enough")},
		"/kick bob 10m":             {Nick: bob, For: 600},
		"/kick bob  30s  enough":    {Nick: bob, For: 30, Text: MustText("enough")},
		"/kick bob 2h 3m":           {Nick: bob, For: 7200, Text: MustText("3m")},
		"/kick bob 1d":              {Nick: bob, For: 86400},
		"/kick bob 1m 10m is a lot": {Nick: bob, Text: MustText("10m is a lot")},
		"/kick bob 10 minutes":      {Nick: bob, Text: MustText("10 minutes")},
		"/kick bob m":               {Nick: bob, Text: MustText("m")},
		"/kick bob -5m":             {Nick: bob, Text: MustText("-5m")},
		"/kick bob 5M":              {Nick: bob, Text: MustText("5M")},
		"/kick bob 5分":              {Nick: bob, Text: MustText("5分")},
	} {
		got, err := ParseCommand(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
		roundTrip(t, got)
		again, err := ParseCommand(string(AppendCommand(nil, got)[:len(AppendCommand(nil, got))-1]))
		require.NoError(t, err)
		assert.Equal(t, want, again, in)
	}
	for _, in := range []string{"/kick bob 0s", "/kick bob 86401s", "/kick bob 25h", "/kick bob 2d", "/kick bob 99999999999999999999d enough"} {
		_, err := ParseCommand(in)
		assert.Equal(t, "bad-duration", codeOf(t, err), in)
	}
	for in, want := range map[string]Seconds{`,"seconds":600`: 600, `,"seconds":60`: KickTime, `,"seconds":0`: KickTime, ``: KickTime} {
		got, err := DecodeCommand([]byte(`{"type":"kick","nick":"bob"` + in + `}`))
		require.NoError(t, err, in)
		assert.Equal(t, want, cmp.Or(got.(Kick).For, KickTime), in)
	}
	for in, code := range map[string]string{`-1`: "bad-duration", `86401`: "bad-duration", `9e99`: "bad-json", `"10m"`: "bad-json"} {
		_, err := DecodeCommand([]byte(`{"type":"kick","nick":"bob","seconds":` + in + `}`))
		assert.Equal(t, code, codeOf(t, err), in)
	}
}
