package hub

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// noting is a Writer that notes the frames that it takes.
type noting struct{ frames []*protocol.Frame }

func (w *noting) Send(frames []*protocol.Frame) error {
	w.frames = append(w.frames, frames...)
	return nil
}

func (w *noting) TryWrite(frames []*protocol.Frame) (bool, error) { return true, w.Send(frames) }

// To people an own line looks like that of any other, so its author is given the frame of all. A program reads its own
// ids there, and a transport that encodes nothing looks at the event itself.
func TestAnEchoSharesTheFrameOfAll(t *testing.T) {
	for _, c := range []struct {
		name             string
		encoded, program bool
		shared           bool
	}{
		{"text", true, false, true},
		{"json", true, true, false},
		{"neither", false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(2)
			heard := []*noting{{}, {}}
			for i, w := range heard {
				s.clients[i].writer, s.clients[i].tryWriter = w, w
			}
			author := s.clients[0].session
			author.echo, author.encoded, author.program = true, c.encoded, c.program
			for range 2 { // one line, and then a batch
				s.deliverEntry(s.say())
				s.broadcast()
				s.deliverEntry(s.say())
				s.deliverEntry(s.say())
				s.broadcast()
			}
			s.flushAll()
			require.NotEmpty(t, heard[0].frames)
			if c.shared {
				assert.Equal(t, heard[1].frames, heard[0].frames)
				for i, f := range heard[1].frames {
					assert.Same(t, f, heard[0].frames[i])
				}
				return
			}
			assert.Len(t, heard[0].frames, 6, "each line in a frame of its own")
			for _, f := range heard[0].frames {
				said := slices.Collect(f.Events())
				require.Len(t, said, 1)
				assert.True(t, protocol.AckOf(said[0]).You)
			}
		})
	}
}
