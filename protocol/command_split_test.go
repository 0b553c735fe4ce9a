package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every line goes through Split.
func TestSplitAllocatesNothing(t *testing.T) {
	for _, cmd := range []Command{
		Say{Text: MustText("hello"), Ref: "a"}, Me{Ref: "a"}, Msg{Ref: "a"}, Desk{Ref: "a"}, Ping{Ref: "a"}, Reply{Ref: "a"}, Canned{Ref: "a"}, Note{Ref: "a"},
		Call{Who{}, "a"},
	} {
		var ref Ref
		assert.Zero(t, testing.AllocsPerRun(100, func() { split, ref = Split(cmd) }), "%T", cmd)
		assert.Equal(t, Ref("a"), ref)
	}
	_, ref := Split(Who{})
	assert.Empty(t, ref)
}

var split Command // kept, so that a copy would be made
