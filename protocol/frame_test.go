package protocol

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A public frame tells what a frame of the public event tells.
func TestAPublicFrameTellsNoAck(t *testing.T) {
	var all, public []Event
	own := 0
	for _, e := range everyEvent(t) {
		r, ok := e.(Recorded)
		if !ok {
			continue
		}
		if AckOf(e) != (Ack{}) {
			own++
		}
		all, public = append(all, InPublic(r)), append(public, r.Public())
		assertSameFrame(t, NewFrame(r.Public()), PublicFrame(r))
		assert.Equal(t, MetaOf(e).Seq, MetaOf(PublicFrame(r).First()).Seq)
		if IsTextPublic(r) {
			assert.Equal(t, string(AppendEvent(nil, r.Public())), string(AppendEvent(nil, e)), "%T", e)
		}
	}
	assert.Greater(t, own, 3)
	assertSameFrame(t, NewBatch(public), PublicBatch(all))
}

func assertSameFrame(t *testing.T, want, got *Frame) {
	assert.Equal(t, string(want.Text()), string(got.Text()))
	assert.Equal(t, string(want.JSON()), string(got.JSON()))
	assert.Equal(t, slices.Collect(want.Events()), slices.Collect(got.Events()))
	assert.Equal(t, want.Count(), got.Count())
}
