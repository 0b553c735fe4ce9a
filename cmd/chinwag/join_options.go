package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"chinwag/conn/client"
	"chinwag/protocol"
)

const defaultPort = "12345"

// joinOptions is what the command line of join says.
type joinOptions struct {
	client.Options
	named       bool // the nick was chosen, with --nick or CHINWAG_NICK
	orGuest     bool // in a pipe a guest's name does as well
	plain, json bool
}

// parse parses the arguments and flags.
func (j *joinOptions) parse(args []string, nick, room string) (err error) {
	if j.Replay != nil && *j.Replay < 0 {
		return fmt.Errorf("--replay is a number of lines, 0 for none, not %d", *j.Replay)
	}
	if j.Addr, err = parseAddress(args); err != nil {
		return err
	}
	from := "--nick"
	if nick == "" {
		var set bool
		from = "CHINWAG_NICK"
		if nick, set = os.LookupEnv(from); set && nick == "" {
			return errors.New("CHINWAG_NICK is empty: give it a NAME, or unset it")
		}
	}
	if j.named = nick != ""; j.named {
		if j.Nick, err = protocol.ParseNick(nick); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
	} else {
		j.Nick = userNick()
	}
	if room != "" {
		if j.Room, err = protocol.ParseRoom(room); err != nil {
			return fmt.Errorf("--room: %w", err)
		}
	}
	return nil
}

// parseAddress parses HOST, HOST:PORT or HOST PORT. An IPv6 address may have brackets or none, and a zone; ::1:12345 is
// an address without a port.
func parseAddress(args []string) (string, error) {
	words, host, port := slices.Clone(args), "", ""
	if len(args) == 1 {
		words = strings.Fields(args[0])
	}
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "：", ":") // as Chinese keyboards type it
	}
	switch len(words) {
	case 0:
	case 1:
		host, port = splitPort(words[0])
	case 2:
		host, port = splitPort(words[0])
		if port != "" {
			return "", fmt.Errorf("%s has a port already: leave %s out", shorten(words[0]), shorten(words[1]))
		}
		port = words[1]
	default:
		return "", errors.New("these are too many words for an address: it is HOST, HOST:PORT or HOST PORT")
	}
	host, port = cmp.Or(host, "localhost"), cmp.Or(port, defaultPort)
	if err := checkHost(host, strings.Join(words, " ")); err != nil {
		return "", err
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%q is no port: that is a number from 1 to 65535, %s if you leave it out", shorten(port), defaultPort)
	}
	return net.JoinHostPort(host, port), nil
}

const maxHost = 253 // bytes of the name of a machine

// checkHost rejects what cannot be the name of a machine, before the resolver is asked for it.
func checkHost(host, typed string) error {
	if scheme, rest, ok := strings.Cut(typed, "://"); ok {
		rest, _, _ = strings.Cut(rest, "/")
		return fmt.Errorf("leave %s:// out, for an address is HOST or HOST:PORT: %s", shorten(scheme), shorten(cmp.Or(rest, "HOST")))
	}
	if user, at, ok := strings.Cut(host, "@"); ok {
		return fmt.Errorf("an address is HOST or HOST:PORT, and a nick stands apart from it: %s --nick %s", shorten(cmp.Or(at, "HOST")), shorten(cmp.Or(user, "NAME")))
	}
	zoned, _, _ := strings.Cut(host, "%")
	if len(host) > maxHost || strings.ContainsAny(host, "[]/\\?# \t") || strings.Contains(host, ":") && !isIPv6(host) || !isIPv6(host) && zoned != host {
		return fmt.Errorf("%s is no address: that is HOST, HOST:PORT or HOST PORT, as in chat.example.com:12345 or [::1]:12345", shorten(typed))
	}
	return nil
}

// splitPort cuts the port off, if there is one.
func splitPort(s string) (host, port string) {
	if isIPv6(s) {
		return s, ""
	}
	if bare := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"); len(bare) == len(s)-2 && isIPv6(bare) {
		return bare, ""
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return s, ""
	}
	return host, port
}

func isIPv6(s string) bool {
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Is6()
}

// userNick is the name of the user that runs the program, if it can be a nick.
func userNick() protocol.Nick {
	u, err := user.Current()
	if err != nil {
		return protocol.Nick{}
	}
	name := u.Username[strings.LastIndexByte(u.Username, '\\')+1:] // DOMAIN\name
	nick, err := protocol.ParseNick(name)
	if err != nil || nick.IsReserved() || nick.Unfit() != nil {
		return protocol.Nick{}
	}
	return nick
}
