package chat

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJoinMentions(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"hello bob", "bob", true}, {"BOB: hello", "bob", true}, {"bob's tea", "bob", true}, {"a:bob.", "bob", true},
		{"bobby", "bob", false}, {"kabob", "bob", false}, {"bob_2", "bob", false}, {"bob2", "bob", false},
		{"小明你好", "小明", true}, {"Ünal?", "ünal", true}, {"guest-71", "guest-7", false}, {"guest-7!", "guest-7", true},
		{"I have a tea", "a", false}, {"@a hello", "a", true}, {"a: hello", "a", true}, {"", "bob", false}, {"bob", "", false},
	} {
		assert.Equal(t, c.want, mentions(c.text, c.name), "%q in %q", c.name, c.text)
	}
}
