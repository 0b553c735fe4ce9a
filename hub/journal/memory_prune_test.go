package journal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever bound would have it go, what stands after the position stays in memory, and goes when the position is past
// it.
func TestMemoryKeepsWhatIsAfterAPosition(t *testing.T) {
	long := strings.Repeat("x", 4000)
	for name, b := range map[string]Bounds{"lines": {Lines: 2}, "bytes": {Bytes: 9000}, "total": {Total: 9000}, "streams": {Streams: 2}} {
		t.Run(name, func(t *testing.T) {
			m := NewMemory(b)
			st := func(i int) Stream {
				if name == "streams" {
					return Stream(fmt.Sprint("#", i))
				}
				return "#a"
			}
			for i := range 10 {
				commit(t, m, said(st(i), long))
			}
			tail, err := m.Tail(0, 99)
			require.NoError(t, err)
			require.Equal(t, []uint64{9, 10}, []uint64{tail[0].Seq, tail[1].Seq})
			m.KeepAfter(9)
			for i := range 10 {
				commit(t, m, said(st(10+i), long))
			}
			tail, err = m.Tail(9, 99)
			require.NoError(t, err)
			assert.Len(t, tail, 11)
			m.KeepAfter(15)
			tail, err = m.Tail(0, 99)
			require.NoError(t, err)
			assert.Len(t, tail, 5)
			assert.Equal(t, uint64(16), tail[0].Seq)
			m.KeepAfter(20)
			tail, err = m.Tail(0, 99)
			require.NoError(t, err)
			assert.LessOrEqual(t, len(tail), 2)
			sum := 0
			for i := range tail {
				sum += tail[i].Size()
			}
			assert.Equal(t, sum, m.bytes)
		})
	}
}
