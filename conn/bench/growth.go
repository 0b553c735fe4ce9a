package bench

import (
	"cmp"
	"fmt"
	"time"
)

// growthSizes are how many a room has already when growth looks at what one more costs.
var growthSizes = []int{1000, 5000, 18_000}

// Growth is the server's CPU for one who comes into a room, and for one who leaves it.
type Growth struct {
	Members int     `json:"members"` // who are there already
	Join    float64 `json:"join_us"`
	Leave   float64 `json:"leave_us"`
}

// sizesTo are the sizes up to the number of members, and that number.
func sizesTo(members int) (sizes []int) {
	for _, n := range growthSizes {
		if n < members {
			sizes = append(sizes, n)
		}
	}
	return append(sizes, members)
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

// grow fills the room, and has the guests come and go. They come all at once: who comes alone is told to
// everybody in writes of their own, and what else a join costs is little beside these.
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

// settled waits until what has happened without an error is told, and is the CPU time of the server then.
func (r *run) settled(err error) (time.Duration, error) {
	if err != nil {
		return 0, err
	}
	err = r.settle(r.ctx)
	used, _ := cpuOf(r.PID)
	return used, err
}

// each is the part of one of n, in microseconds.
func each(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(n) }

// growthFigures begin with the largest size.
func growthFigures(sizes []Growth) (joins []figure) {
	var leaves []figure
	for i := len(sizes) - 1; i >= 0; i-- {
		of := func(cost func(Growth) float64) func(Result) float64 {
			return func(r Result) float64 {
				if i < len(r.Growth) {
					return cost(r.Growth[i])
				}
				return 0 // it has ended before
			}
		}
		joins = append(joins, figure{fmt.Sprint("join at ", sizes[i].Members), of(func(g Growth) float64 { return g.Join }), suffix("%.4g µs")})
		leaves = append(leaves, figure{fmt.Sprint("leave at ", sizes[i].Members), of(func(g Growth) float64 { return g.Leave }), suffix("%.4g µs")})
	}
	return append(joins, leaves...)
}
