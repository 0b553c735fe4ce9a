package line

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What follows /operator is the password, whatever it looks like and however it came, and is never said.
func TestTheLineAfterOperatorIsThePassword(t *testing.T) {
	const asks, pings = `{"type":"operator"}`, `{"type":"ping"}`
	secret := func(p string) string { return `{"type":"operator","password":"` + p + `"}` }
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"a word":            {"/operator\nsesame\nhi\n", []string{asks, secret("sesame"), saysJSON}},
		"a command":         {"/operator\n/quit 芝麻\nhi\n", []string{asks, secret("/quit 芝麻"), saysJSON}},
		"a telnet's end":    {"/operator\r\nsesame\r\nhi\r\n", []string{asks, secret("sesame"), saysJSON}},
		"spaces":            {"/operator\n  se same \nhi\n", []string{asks, secret("  se same "), saysJSON}},
		"given up":          {"/operator\n\nhi\n", []string{asks, "refused empty-password", "refused maybe-password"}},
		"too long":          {"/operator\n" + strings.Repeat("x", 1025) + "\nhi\n", []string{asks, "refused password-too-long", "refused maybe-password"}},
		"longer than lines": {"/operator\n" + strings.Repeat("x", 5000) + "\nhi\n", []string{asks, "refused line-too-long", "refused maybe-password"}},
		"JSON":              {"/operator\n{\"type\":\"hello\"}\nhi\n", []string{asks, `{"type":"operator","password":"{\"type\":\"hello\"}"}`, saysJSON}},
		"again":             {"/operator\n/operator\nhi\n", []string{asks, secret("/operator"), saysJSON}},
		"not asked for":     {"//operator\nhi\n", []string{`{"type":"say","text":"/operator"}`, saysJSON}},
		"no end":            {"/operator\nsesame", []string{asks, secret("sesame")}},
		"a program":         {"{\"type\":\"hello\"}\n{\"type\":\"operator\"}\n{\"type\":\"ping\"}\n", []string{helloJSON, asks, pings}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := receiveAll(t, c.in, Options{})
			assert.Equal(t, c.want, got)
		})
	}
}
