package line

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

// Where lines are bounded to less than a text, a program says no more in one than a person.
func TestTheBoundOfALineIsAProgramsToo(t *testing.T) {
	in := "{\"type\":\"hello\"}\n"
	for _, line := range []string{
		`{"id":"k1","type":"say","text":"` + strings.Repeat("x", 100) + `"}`, `{"id":"k2","type":"say","text":"` + strings.Repeat("x", 101) + `"}`,
		`{"id":"k3","type":"say","text":"` + strings.Repeat(`\u4f60`, 33) + `"}`, `{"id":"k4","type":"me","text":"` + strings.Repeat(`\u4f60`, 33) + `"}`,
		`{"id":"k5","type":"topic","text":"` + strings.Repeat("x", 101) + `"}`,
	} {
		in += line + "\n"
	}
	tr := New(conntest.Packets(in), Options{LineMax: 100})
	said, refused := []protocol.Ref{}, []protocol.Ref{}
	for {
		cmd, err := tr.Receive()
		if err == io.EOF {
			break
		}
		if bad, ok := errors.AsType[*protocol.CommandRefused](err); ok {
			refused = append(refused, bad.Ref)
			assert.Contains(t, err.Error(), "longer than 100 bytes")
			continue
		}
		if _, ref := protocol.Split(cmd); assert.NoError(t, err) && ref != "" {
			said = append(said, ref)
		}
	}
	assert.Equal(t, []protocol.Ref{"k1", "k3"}, said)
	assert.Equal(t, []protocol.Ref{"k2", "k4", "k5"}, refused)
}
