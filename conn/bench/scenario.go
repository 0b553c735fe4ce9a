package bench

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Scenario is a row of the table below: a course of actions, and its numbers.
type Scenario struct {
	Name, About string
	Standard    Options                      // the values for zeros of Options
	perRoom     int                          // peers of a room; 0: all are in one
	talkers     func(peers, perRoom int) int // Senders if Options has none; nil: those of Standard
	play        func(*run) error
}

// Scenarios are all scenarios.
func Scenarios() []Scenario { return scenarios }

var scenarios = []Scenario{
	{"flood", "lines as fast as nothing is lost", Options{Members: 1000, Senders: 1, Time: 3 * time.Second}, 0, nil, flood},
	{"paced", "lines at a steady rate", Options{Members: 1000, Senders: 10, Rate: 50, Time: 4 * time.Second}, 0, nil, paced},
	{"idle", "members who are silent, in rooms of a hundred", Options{Members: 1000, Time: 2 * time.Second}, 100, nil, idle},
	{"storm", "all connect and join at once", Options{Members: 5000, Senders: 1}, 0, nil, storm},
	{"rooms", "all talk, in rooms of ten", Options{Members: 1000, Time: 3 * time.Second}, 10, everybody, flood},
	{"many-rooms", "one talks in each of many rooms of ten", Options{Members: 1000, Window: 16, Time: 3 * time.Second}, 10, oneOfEach, flood},
	{"watched", "each is in ten rooms of a hundred, some talk", Options{Members: 1000, Senders: 10, RoomsEach: 10, Time: 3 * time.Second}, 100, nil, flood},
	{"growth", "what one more costs in a room of 1,000, 5,000 and 18,000", Options{Members: 18_000, Guests: 300}, 0, nil, growth},
	{"slow", "one of them stops reading", Options{Members: 1000, Senders: 1, Size: 400, Time: 9 * time.Second, Dialect: "json"}, 0, nil, slow}, // in JSON, since a text client far behind is only told what is skipped
}

func everybody(peers, _ int) int { return peers }

func oneOfEach(peers, perRoom int) int { return (peers + perRoom - 1) / perRoom }

// scenarioNamed finds a scenario.
func scenarioNamed(name string) (Scenario, error) {
	i := slices.IndexFunc(scenarios, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, fmt.Errorf("there is no scenario %q", name)
	}
	return scenarios[i], nil
}

// run is one scenario being played.
type run struct {
	*swarm
	Options
	ctx    context.Context
	result Result
	began  uint32        // by the swarm's clock
	cpu    time.Duration // of the server, up to began
}

// Check returns what is wrong with options, but for the address, which may not be known yet.
func (s Scenario) Check(o Options) error {
	o.Addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 1)
	return s.ready(&o)
}

// ready completes options, and returns what is wrong with them.
func (s Scenario) ready(o *Options) error {
	s.complete(o)
	return o.check()
}

// complete sets the zero options.
func (s Scenario) complete(o *Options) {
	o.fill(s.Standard)
	if o.Rooms > 0 {
		o.PerRoom = cmp.Or(o.PerRoom, o.Members*o.RoomsEach/o.Rooms)
	}
	o.PerRoom = cmp.Or(o.PerRoom, s.perRoom)
	if s.talkers != nil {
		o.Senders = cmp.Or(o.Senders, s.talkers(o.Members, o.PerRoom))
	}
}

// Run plays the scenario against the server at Options.Addr. Faults of the server are in Result.Trouble; an error means
// that there is no Result.
func (s Scenario) Run(ctx context.Context, o Options) (Result, error) {
	if err := s.ready(&o); err != nil {
		return Result{}, err
	}
	c, err := newSwarm(o, o.PerRoom, o.Senders)
	if err != nil {
		return Result{}, err
	}
	defer c.leave()
	r := &run{swarm: c, Options: o, ctx: ctx}
	r.result = s.resultOf(o)
	stop := r.showProgress()
	err = s.play(r)
	stop()
	r.report(err)
	return r.result, ctx.Err()
}

// resultOf is a result without findings.
func (s Scenario) resultOf(o Options) Result {
	return Result{Scenario: s.Name, Server: o.Server, Dialect: o.Dialect, Members: o.Members, Senders: o.Senders, Size: o.Size, IDs: o.IDs, Note: o.note}
}

// enter has all peers connect and join, and waits until the server has told of it.
func (r *run) enter() error {
	if err := r.gather(r.ctx, r.Addr, cmp.Or(r.AtOnce, 100), r.Members); err != nil {
		return err
	}
	return r.settle(r.ctx)
}

// begin begins the measuring.
func (r *run) begin() {
	r.cpu, _ = cpuOf(r.PID)
	r.began = r.clock.now()
}

// end ends the measuring, at the time of the last input.
func (r *run) end() {
	took := max(1, r.heard-r.began)
	r.result.Seconds = float64(took) / 1e6
	r.weigh()
}

// weigh takes the CPU of the server since begin, and its memory now.
func (r *run) weigh() {
	if cpu, ok := cpuOf(r.PID); ok {
		r.result.cpu = cpu - r.cpu
	}
	r.result.Resident = residentOf(r.PID)
}
