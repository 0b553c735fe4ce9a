package protocol

import "strings"

func parseKick(t Text) (Command, error) {
	n, rest, err := nickAnd(t)
	if err != nil {
		return nil, err
	}
	word, text := cutWord(rest.s)
	long, ok := parseSeconds(word)
	switch {
	case !ok:
		return Kick{Nick: n, Text: rest}, nil
	case long == 0:
		return nil, badKick
	}
	return kick(Kick{n, long, Text{text}})
}

func decodeKick(b []byte) (Command, error) {
	c, err := decode[Kick](b)
	if err != nil {
		return nil, err
	}
	return kick(c.(Kick))
}

// kick is k with KickTime in its one spelling, or a refusal if its time is out of bounds.
func kick(k Kick) (Command, error) {
	switch {
	case k.For < 0, k.For > MaxKick:
		return nil, badKick
	case k.For == KickTime:
		k.For = 0
	}
	return k, nil
}

var badKick = refuse("bad-duration", "nobody is kept out for less than 1 second or more than 1 day: please write it like this: /kick bob 10m")

// kickArgs writes the time if k has one, or if the words would be parsed as a time.
func kickArgs(c Command) string {
	k := c.(Kick)
	args := []string{k.Nick.s}
	word, _ := cutWord(k.Text.s)
	if _, long := parseSeconds(word); k.For != 0 || long {
		if k.For == 0 {
			k.For = KickTime
		}
		args = append(args, k.For.Short())
	}
	if k.Text.s != "" {
		args = append(args, k.Text.s)
	}
	return strings.Join(args, " ")
}
