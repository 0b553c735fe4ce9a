package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A name that ends with a dot may stand in a journal, but no session gets it.
func TestADotAtTheEndOfAName(t *testing.T) {
	e, err := DecodeEvent([]byte(`{"type":"said","room":"#tea.","from":"bob.","text":"hi"}`))
	require.NoError(t, err, "it is still read")
	said := e.(Said)
	assert.Equal(t, "bad-name", said.From.Unfit().Code)
	assert.Equal(t, "bob. ends with a dot, as a sentence does: please choose another name, such as bob", said.From.Unfit().Text)
	assert.Equal(t, "#tea. ends with a dot, as a sentence does: please choose another name, such as #tea", said.Room.Unfit().Text)
	for _, s := range []string{"bob", "b.ob", "bob-", "小明"} {
		n, err := ParseNick(s)
		require.NoError(t, err)
		assert.Nil(t, n.Unfit(), s)
	}
	e, err = ParseEvent("<bob.> hi")
	require.NoError(t, err)
	assert.Equal(t, "bob.", e.(Said).From.String())
}
