package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Two letters may be wrong in a long word, and one in a shorter one.
func TestHowFarAGuessGoes(t *testing.T) {
	for word, want := range map[string]string{"hstry": "history", "anounse": "", "hisss": "", "jion": "join", "jn": "", "wo": "who", "x": ""} {
		v, ok := guess(word, false, Place{})
		if assert.Equal(t, want != "", ok, word); ok {
			assert.Equal(t, want, v.Name, word)
		}
	}
	v, _ := guess("anounse", false, Place{Operator: true})
	assert.Equal(t, "announce", v.Name)
}
