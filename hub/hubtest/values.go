package hubtest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/protocol"
)

// Nick is a nick of that name.
func Nick(format string, args ...any) protocol.Nick {
	return protocol.MustNick(fmt.Sprintf(format, args...))
}

// Room is a room of that name.
func Room(name string) protocol.Room { return must(protocol.ParseRoom(name)) }

// Text is that text.
func Text(s string) protocol.Text { return protocol.MustText(s) }

// Tickets are those that s names.
func Tickets(s string) protocol.Tickets { return must(protocol.ParseTickets(s)) }

// Origin is the address or range that s names.
func Origin(s string) protocol.Origin { return must(protocol.ParseOrigin(s)) }

// Address is one of the addresses for documentation (RFC 5737).
func Address(host int) hub.Address {
	a := netip.AddrFrom4([4]byte{192, 0, 2, byte(host)})
	return hub.Address{Host: a.String(), Prefix: netip.PrefixFrom(a, 32)}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// parse is the command that line holds: as typed or, where it begins with {, as JSON.
func parse(t testing.TB, line string) protocol.Command {
	read := protocol.ParseCommand
	if strings.HasPrefix(line, "{") {
		read = func(s string) (protocol.Command, error) { return protocol.DecodeCommand([]byte(s)) }
	}
	cmd, err := read(line)
	require.NoError(t, err, line)
	return cmd
}
