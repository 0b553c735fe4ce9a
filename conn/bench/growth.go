package bench

import (
	"cmp"
	"fmt"
	"time"
)

// growthSizes are the sizes of the room at which growth measures the cost of one more peer.
var growthSizes = []int{1000, 5000, 18_000}

// Growth is the server's CPU for a peer that joins a room, and for one that leaves it.
type Growth struct {
	Members int     `json:"members"` // there already
	Join    float64 `json:"join_us"`
	Leave   float64 `json:"leave_us"`
}

// sizesTo are the sizes up to the number of peers, and that number.
func sizesTo(peers int) (sizes []int) {
	for _, n := range growthSizes {
		if n < peers {
			sizes = append(sizes, n)
		}
	}
	return append(sizes, peers)
}

// growth has guests come into a room and leave it, at each of its sizes.
func growth(r *run) error {
	r.begin()
	for _, size := range sizesTo(r.Members) {
		if err := r.grow(size); err != nil {
			return err
		}
	}
	r.end()
	return nil
}

// grow fills the room, and has the guests come and go. They come all at once: the writes that tell all peers of a
// single guest would hide the other costs of a join.
func (r *run) grow(size int) error {
	before, err := r.settled(r.gather(r.ctx, r.Addr, 100, size))
	if err != nil {
		return err
	}
	atOnce := cmp.Or(r.AtOnce, r.Guests)
	came, err := r.settled(r.gather(r.ctx, r.Addr, atOnce, size+r.Guests))
	if err != nil {
		return err
	}
	gone, err := r.settled(r.dismiss(r.ctx, atOnce, size))
	if err != nil {
		return err
	}
	r.result.Growth = append(r.result.Growth, Growth{size, each(came-before, r.Guests), each(gone-came, r.Guests)})
	return nil
}

// settled waits until the server has told of all changes, unless err is set, and returns its CPU time then.
func (r *run) settled(err error) (time.Duration, error) {
	if err != nil {
		return 0, err
	}
	err = r.settle(r.ctx)
	used, _ := cpuOf(r.PID)
	return used, err
}

// each is d divided by n, in microseconds.
func each(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(n) }

// growthFigures are the figures of growth, the largest size first.
func growthFigures(sizes []Growth) (joins []figure) {
	var leaves []figure
	for i := len(sizes) - 1; i >= 0; i-- {
		of := func(cost func(Growth) float64) func(Result) float64 {
			return func(r Result) float64 {
				if i < len(r.Growth) {
					return cost(r.Growth[i])
				}
				return 0 // this run has ended before that size
			}
		}
		joins = append(joins, figure{fmt.Sprint("join at ", sizes[i].Members), of(func(g Growth) float64 { return g.Join }), suffix("%.4g µs")})
		leaves = append(leaves, figure{fmt.Sprint("leave at ", sizes[i].Members), of(func(g Growth) float64 { return g.Leave }), suffix("%.4g µs")})
	}
	return append(joins, leaves...)
}
