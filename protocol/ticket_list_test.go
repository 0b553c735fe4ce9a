package protocol

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCloseManyInBothSpellings(t *testing.T) {
	tickets := func(s string) Tickets { return Tickets{s} }
	from := func(s string) Origin { return Origin{netip.MustParsePrefix(s)} }
	for line, want := range map[string]Close{
		"/close":                         {},
		"/close 7":                       {Ticket: 7},
		"/close @7 bye":                  {Ticket: 7, Text: MustText("bye")},
		"/close 10-900":                  {Tickets: tickets("10-900")},
		"/close @10-@900 good night":     {Tickets: tickets("10-900"), Text: MustText("good night")},
		"/close 3,7,10-900":              {Tickets: tickets("3,7,10-900")},
		"/close from 192.0.2.7":          {Address: from("192.0.2.7/32")},
		"/close from 192.0.2.9/24 bye":   {Address: from("192.0.2.0/24"), Text: MustText("bye")},
		"/close from ::ffff:192.0.2.7":   {Address: from("192.0.2.7/32")},
		"/close from 2001:db8::7":        {Address: from("2001:db8::/64")},
		"/close from 2001:db8::7/128":    {Address: from("2001:db8::/64")},
		"/close from fe80::1%eth0":       {Address: from("fe80::/64")},
		"/close from 2001:db8::/32 x  y": {Address: from("2001:db8::/32"), Text: MustText("x  y")},
	} {
		c, err := ParseCommand(line)
		require.NoError(t, err, line)
		assert.Equal(t, want, c, line)
		again, err := DecodeCommand(AppendCommandJSON(nil, c))
		require.NoError(t, err, line)
		assert.Equal(t, want, again, line)
		assert.NoError(t, func() error { _, err := ParseCommand("/close " + closeArgs(c.(Close))); return err }(), line)
	}
	for _, line := range []string{
		"/close 12-1", "/close 0-3", "/close 3-", "/close -3", "/close 3,", "/close 3,,4", "/close 1-2-3", "/close 99999999999999999999-3", "/close all", "/close 10 - 900", "/close 10 -900",
		"/close from", "/close from here", "/close from 192.0.2.7/40", "/close from 1.2.3", "/close " + strings.Repeat("1,", 100) + "1",
	} {
		_, err := ParseCommand(line)
		assert.Contains(t, []string{"usage", "bad-numbers", "bad-address"}, codeOf(t, err), line)
	}
	for line, code := range map[string]string{
		`{"type":"close","ticket":3,"tickets":"4"}`: "usage", `{"type":"close","tickets":"4-1"}`: "bad-numbers", `{"type":"close","address":"x"}`: "bad-address",
		`{"type":"close","tickets":"4","address":"192.0.2.7"}`: "usage", `{"type":"close","tickets":""}`: "bad-numbers", `{"type":"close","text":"x"}`: "usage",
	} {
		_, err := DecodeCommand([]byte(line))
		assert.Equal(t, code, codeOf(t, err), line)
	}
	for _, line := range []string{"/close 10 - 900", "/close 900-10", "/close 0-5", "/close 3, 5", "/close @3-"} {
		_, err := ParseCommand(line)
		assert.ErrorContains(t, err, "numbers are written like", line)
	}
	_, err := DecodeCommand([]byte(`{"type":"close","tickets":[4]}`))
	assert.Equal(t, "bad-json", codeOf(t, err))
}

func TestAmong(t *testing.T) {
	many, err := ParseTickets("3,10-12,900-18446744073709551615")
	require.NoError(t, err)
	assert.Equal(t, []Ticket{3, 10, 12, 900, 1 << 63}, many.Among([]Ticket{2, 3, 4, 9, 10, 12, 13, 900, 1 << 63}))
	assert.Empty(t, Tickets{}.Among([]Ticket{1, 2}))
}

func TestHas(t *testing.T) {
	at := netip.MustParsePrefix
	for s, want := range map[string][]bool{
		"192.0.2.7":    {true, false, false},
		"192.0.2.0/24": {true, true, false},
		"0.0.0.0/0":    {true, true, false},
		"2001:db8::1":  {false, false, true},
		"::/0":         {false, false, true},
	} {
		o, err := ParseOrigin(s)
		require.NoError(t, err)
		assert.Equal(t, want, []bool{o.Has(at("192.0.2.7/32")), o.Has(at("192.0.2.8/32")), o.Has(at("2001:db8::/64"))}, s)
		assert.False(t, o.Has(netip.Prefix{}))
	}
	assert.False(t, Origin{}.Has(at("192.0.2.7/32")))
}

func TestShort(t *testing.T) {
	assert.Equal(t, "你好", MustText("你好").Short(6).String())
	assert.Equal(t, "你…", MustText("你好").Short(5).String())
	assert.Equal(t, "…", MustText("你好").Short(1).String())
}
