package bench

import (
	"encoding/json"
	"fmt"
	"time"
)

// Result is the result of a run. Its JSON is one line.
type Result struct {
	Scenario string `json:"scenario"`
	Server   string `json:"server"`
	Dialect  string `json:"dialect"`
	Members  int    `json:"members"`
	Senders  int    `json:"senders"`
	Size     int    `json:"size"`
	IDs      bool   `json:"ids,omitempty"`

	Seconds    float64       `json:"seconds"`
	Lines      int           `json:"lines"`
	Deliveries int           `json:"deliveries"`
	Rate       float64       `json:"deliveries_per_second"`
	CPU        float64       `json:"cpu_us_per_delivery,omitempty"` // 0: unknown
	P50        float64       `json:"p50_ms"`
	P99        float64       `json:"p99_ms"`
	Joins      float64       `json:"joins_per_second,omitempty"`
	Resident   int           `json:"resident_bytes,omitempty"` // 0: unknown
	PerMember  float64       `json:"resident_bytes_per_member,omitempty"`
	GapBefore  time.Duration `json:"gap_before_ns,omitempty"` // with all peers reading
	Gap        time.Duration `json:"gap_ns,omitempty"`
	Growth     []Growth      `json:"growth,omitempty"`
	Dropped    bool          `json:"dropped,omitempty"` // the server kicked the slow peer

	Lost       int      `json:"lost"`
	Repeated   int      `json:"repeated"`
	Disordered int      `json:"disordered"`
	Trouble    []string `json:"trouble,omitempty"` // the broken promises; none: all is well

	Note string `json:"note,omitempty"` // how the run differed from the scenario

	cpu time.Duration
}

// report makes the result from the counts, and from the error that the run ended with.
func (r *run) report(err error) {
	t, res := r.account(), &r.result
	res.Lines, res.Deliveries = r.said(), t.seen
	if res.Seconds > 0 {
		res.Rate = float64(t.seen) / res.Seconds
	}
	if t.seen > 0 {
		res.CPU = float64(res.cpu.Nanoseconds()) / 1e3 / float64(t.seen)
	}
	res.P50, res.P99 = ms(r.delays.quantile(0.50)), ms(r.delays.quantile(0.99))
	res.Lost, res.Repeated, res.Disordered = t.lost, t.repeated, t.disordered
	for _, found := range []struct {
		n    int
		what string
	}{
		{t.lost, "lines lost"}, {t.repeated, "lines repeated"},
		{t.disordered, "lines out of order"}, {t.damaged, "lines damaged"},
		{t.unacknowledged, "lines not acknowledged by their id"},
	} {
		if found.n > 0 {
			res.Trouble = append(res.Trouble, fmt.Sprint(found.n, " ", found.what))
		}
	}
	if err != nil {
		res.Trouble = append(res.Trouble, err.Error())
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

func (r Result) notes() []string {
	if r.Note == "" {
		return nil
	}
	return []string{r.Note}
}

// JSON is the result as one line, without a line end.
func (r Result) JSON() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // numbers and strings always marshal
	}
	return b
}
