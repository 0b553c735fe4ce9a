package protocol

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Tickets are the numbers of many conversations, as an operator writes them: 3,7,10-900. The zero value is none. Make
// one with ParseTickets.
type Tickets struct{ s string }

// maxSpans is how many numbers and ranges one command may name.
const maxSpans = 100

var badTickets = Refuse("bad-numbers", "numbers are written like 7 or 10-900, the smaller first, or 3,7,10-900 without blanks; %d of them at the most", maxSpans)

// ParseTickets reads numbers and ranges of them, each with or without its @.
func ParseTickets(s string) (Tickets, error) {
	if _, ok := spansOf(s); !ok {
		return Tickets{}, badTickets
	}
	return Tickets{strings.ReplaceAll(s, "@", "")}, nil
}

// spansOf are the first and the last number of each range in s.
func spansOf(s string) (spans [][2]Ticket, ok bool) {
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, ok1 := ticketOf(from)
		last, ok2 := ticketOf(to)
		if !ok1 || !ok2 || first > last || len(spans) == maxSpans {
			return nil, false
		}
		spans = append(spans, [2]Ticket{first, last})
	}
	return spans, true
}

// ticketOf reads the number of a visitor, with or without its @.
func ticketOf(word string) (Ticket, bool) {
	digits := strings.TrimPrefix(word, "@")
	n, err := strconv.ParseUint(digits, 10, 64)
	return Ticket(n), err == nil && n > 0 && digits[0] >= '1'
}

func (t Tickets) String() string { return t.s }

// Among are the elements of nos that t names. nos must be in order.
func (t Tickets) Among(nos []Ticket) []Ticket {
	spans, _ := spansOf(t.s)
	return slices.DeleteFunc(slices.Clone(nos), func(no Ticket) bool {
		return !slices.ContainsFunc(spans, func(s [2]Ticket) bool { return s[0] <= no && no <= s[1] })
	})
}

// MarshalText implements encoding.TextMarshaler.
func (t Tickets) MarshalText() ([]byte, error) { return []byte(t.s), nil }

// UnmarshalText implements encoding.TextUnmarshaler by ParseTickets.
func (t *Tickets) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTickets(string(b))
	return err
}

// Origin is where visitors come from: an address, of IPv6 with all of its /64, or all addresses of a prefix
// (192.0.2.0/24). The zero value is none. Make one with ParseOrigin.
type Origin struct{ p netip.Prefix }

// ParseOrigin reads an address as the answer to /queue shows it, or a prefix.
func ParseOrigin(s string) (Origin, error) {
	bad := Refuse("bad-address", "an address is written like 192.0.2.7, 2001:db8::7 or 192.0.2.0/24")
	host, bits, whole := strings.Cut(s, "/")
	at, err := netip.ParseAddr(host)
	if err != nil {
		return Origin{}, bad
	}
	at = at.WithZone("").Unmap()
	most := 32
	if at.Is6() {
		most = 64 // a /64 belongs to one customer, and counts as one address everywhere
	}
	n := most
	if whole {
		if n, err = strconv.Atoi(bits); err != nil || n < 0 || n > at.BitLen() {
			return Origin{}, bad
		}
	}
	p, err := at.Prefix(min(n, most))
	if err != nil {
		return Origin{}, bad
	}
	return Origin{p}, nil
}

// String is o as ParseOrigin reads it.
func (o Origin) String() string {
	switch {
	case o == Origin{}:
		return ""
	case o.p.IsSingleIP():
		return o.p.Addr().String()
	}
	return o.p.String()
}

// Has reports whether all of at is in o.
func (o Origin) Has(at netip.Prefix) bool {
	return o.p.IsValid() && at.IsValid() && o.p.Bits() <= at.Bits() && o.p.Contains(at.Addr())
}

// MarshalText implements encoding.TextMarshaler.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler by ParseOrigin.
func (o *Origin) UnmarshalText(b []byte) (err error) {
	*o, err = ParseOrigin(string(b))
	return err
}
