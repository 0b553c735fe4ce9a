package bench

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Options of a run. A zero stands for the scenario's value.
type Options struct {
	Addr    netip.AddrPort // the server's
	Remote  bool           // Addr need not be this machine
	Dialect string         // "": chinwag
	Server  string         // its name, for the tables
	PID     int            // its process; 0: CPU and memory are not known

	Members   int
	Guests    int           // peers that come and go besides them, if the scenario has any
	Senders   int           // of the peers; the others listen
	Time      time.Duration // how long they talk
	Lines     int           // how many lines in all, instead of Time
	Rate      float64       // lines a second in all, if the scenario has a rate
	Size      int           // bytes of the words of a line; 0: 100
	Window    int           // lines under way by one sender; 0: 25 kB for all together
	PerRoom   int           // peers of a room; 0: the scenario's value, mostly all
	Rooms     int           // rooms of all peers together, in place of PerRoom; 0: what PerRoom makes
	RoomsEach int           // rooms of each peer; 0: the scenario's value, mostly one
	IDs       bool          // each line has an id
	AtOnce    int           // peers on their way in at once; 0: 100, in storm and growth all

	Progress io.Writer // nil: none

	note string // how the run differs from the scenario
}

func (o *Options) fill(s Options) {
	o.Dialect = cmp.Or(o.Dialect, "chinwag")
	o.Server = cmp.Or(o.Server, o.Dialect)
	o.Members = cmp.Or(o.Members, s.Members)
	if s.Guests > 0 {
		o.Guests = cmp.Or(o.Guests, s.Guests)
		o.cut(s.Members)
	} else {
		o.Guests = 0
	}
	o.Senders = cmp.Or(o.Senders, s.Senders)
	o.Time = cmp.Or(o.Time, s.Time)
	o.Rate = cmp.Or(o.Rate, s.Rate)
	o.Window = cmp.Or(o.Window, s.Window)
	o.RoomsEach = cmp.Or(o.RoomsEach, s.RoomsEach, 1)
	o.Size = cmp.Or(o.Size, cmp.Or(s.Size, 100))
}

// cut reduces a scenario's standard number of peers to the most that the system allows, and notes that.
func (o *Options) cut(standard int) {
	most := max(3, MaxMembers()-o.Guests)
	if o.Members == standard && most < standard {
		o.Members = most
		o.note = fmt.Sprintf("%d members instead of %d: the system lets a process have no more than %d connections (ulimit -n)", most, standard, descriptors())
	}
}

// spare is how many descriptors this process needs for itself.
const spare = 50

func (o *Options) check() error {
	d, err := dialectNamed(o.Dialect)
	switch most := descriptors() - spare; {
	case err != nil:
		return err
	case o.IDs && d.sayWithID == nil:
		return fmt.Errorf("the dialect %s has no ids for lines: --ids wants --dialect json", d.name)
	case !o.Addr.IsValid():
		return errors.New("there is no address of a server")
	case !o.Remote && !o.Addr.Addr().IsLoopback():
		return fmt.Errorf("%s is not this machine: a load test of another wants --remote, and its owner's consent", o.Addr)
	case o.Members < 3 || o.Senders < 0 || o.Senders > o.Members:
		return fmt.Errorf("there are at least 3 members, and no more senders than members; not %d and %d", o.Members, o.Senders)
	case o.Size < tagLen || o.Size > d.longest:
		return fmt.Errorf("a line of the dialect %s has %d to %d bytes, not %d", d.name, tagLen, d.longest, o.Size)
	case o.Guests > 0 && d.quit == "":
		return fmt.Errorf("the dialect %s has no word for leaving: this wants --dialect chinwag, json or irc", d.name)
	case o.RoomsEach > 1 && !d.rooms:
		return fmt.Errorf("the dialect %s has no rooms: this wants --dialect chinwag, json or irc", d.name)
	case o.Rooms > 1 && !d.rooms:
		return fmt.Errorf("the dialect %s has no rooms: this wants --dialect chinwag, json or irc", d.name)
	case o.Rooms > 0 && o.Members*o.RoomsEach%o.Rooms != 0:
		return fmt.Errorf("all rooms have as many members: %d of them do not share %d rooms evenly", o.Members*o.RoomsEach, o.Rooms)
	case o.Rooms > 0 && o.PerRoom*o.Rooms != o.Members*o.RoomsEach:
		return errors.New("--rooms and --per-room say the same: one of them is enough")
	case o.PerRoom%o.RoomsEach != 0:
		return fmt.Errorf("each member is in %d rooms, so that --per-room is a multiple of that, not %d", o.RoomsEach, o.PerRoom)
	case o.Members+o.Guests > most:
		return fmt.Errorf("the system lets this process have %d connections, not %d: ulimit -n says how many, --members wants fewer", most, o.Members+o.Guests)
	}
	return nil
}
