package journal

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// What a line costs from Propose to Committed, beside the store.
func BenchmarkHandOver(b *testing.B) {
	for _, group := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint("lines=", group), func(b *testing.B) {
			j := New(NewMemory(Bounds{}))
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); j.Run(ctx) }()
			defer func() { cancel(); <-ended }()
			e := Entry{Stream: "#a", Author: uuid.New(), Event: protocol.Said{Text: protocol.MustText("hello")}}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for range group {
					j.Propose(Proposal{Entries: []Entry{e}})
				}
				for left := group; left > 0; {
					left -= len((<-j.Committed()).Proposals)
				}
				n += group
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/line")
		})
	}
}
