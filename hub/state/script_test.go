package state

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// A script is a file in testdata: one command a line, and below it, indented, what it has caused. -update writes what a
// command causes now; read the difference as a user would.
//
//	settings desk visitors=1     before the first start, or for the next
//	journal topic #tea 12 ann: green tea    a journal without rows holds that: at 12 ann has set the topic
//	journal message @3 30 bob: is it open?  at 30 bob has left the message 3, an hour ago
//	journal head=40 ticket=7      its last position, and its highest ticket; then the first start
//	open bob [operator] [program] [bare] [replay=N] [room=#tea] [from=192.0.2.1]
//	bob: hello there             what bob types; bob [k1]: hello there has an id
//	lost bob [quit]              the connection breaks, or the input ends in good order
//	resume bob [program]         a new connection goes on with the session
//	promote bob                  bob has told the password
//	wait 2m                      time passes, and what is due happens
//	hold commits                 what is decided from here on waits to be recorded
//	commit ok [N]                all that waits, or the first N, is recorded, and told
//	commit fail                  nothing of it is; what no client asked for is decided again
//	restart                      the server starts again with what is recorded
//	show                         the members of each room, and the desk
//
// What is caused: "12 #tea: ..." is an event and its position, "- bob ..." a change, which is told to no client, ">
// bob: ..." what bob alone is told, "rows +2 -1" how many rows were written and deleted.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			want := strings.ReplaceAll(string(b), "\r\n", "\n")
			got := playScript(t, want)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
				return
			}
			assert.Equal(t, want, got)
		})
	}
}

// Each script stands in README.md beside it, and no other does.
func TestTheScriptsHaveAnIndex(t *testing.T) {
	index, err := os.ReadFile(filepath.Join("testdata", "README.md"))
	require.NoError(t, err)
	var listed []string
	for _, m := range regexp.MustCompile(`(?m)^\| \[(.+)\]\((.+)\.txt\) \| .+ \|$`).FindAllStringSubmatch(string(index), -1) {
		assert.Equal(t, m[1], m[2])
		listed = append(listed, filepath.Join("testdata", m[2]+".txt"))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	require.NoError(t, err)
	assert.ElementsMatch(t, files, listed)
}

// script is a world in which lines are followed.
type script struct {
	*world
	set    Settings
	out    strings.Builder
	legacy Legacy
	holds  bool
	order  []*client // as they have come
	labels []string  // of what waits
}

func playScript(t *testing.T, text string) string {
	s := &script{set: defaults()}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		s.out.WriteString(line + "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if s.legacyLine(t, line) {
			continue
		}
		if s.world == nil && !strings.HasPrefix(line, "settings") {
			s.world = newWorld(t, s.set)
		}
		if !s.follow(line) {
			t.Fatalf("line %d: nobody knows what %q means", i+1, line)
		}
	}
	return s.out.String()
}

func (s *script) printf(format string, args ...any) { fmt.Fprintf(&s.out, "  "+format+"\n", args...) }

func (s *script) follow(line string) bool {
	if who, words, said := strings.Cut(line, ": "); said && !strings.Contains(strings.Split(who, " [")[0], " ") {
		s.types(line, who, words)
		return true
	}
	args := strings.Fields(line)
	verb, args := args[0], args[1:]
	switch verb {
	case "settings":
		s.settings(args)
	case "open":
		s.open(line, args)
	case "lost":
		c := s.client(args[0])
		s.lose(line, c, args[1:])
	case "resume":
		c := s.client(args[0])
		s.resume(line, c, slices.Contains(args, "program"))
	case "promote":
		c := s.client(args[0])
		s.intend(line, Intent{Session: c.id, Conn: c.conn, Op: Promote{}})
	case "wait":
		s.wait(args[0])
	case "hold":
		s.holds = true
	case "commit":
		return s.commitHeld(args)
	case "restart":
		s.startAgain()
	case "show":
		s.show()
	default:
		return false
	}
	return true
}

func (s *script) settings(args []string) {
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		n, _ := strconv.Atoi(value)
		d, _ := time.ParseDuration(value)
		switch name {
		case "desk":
			s.set.Desk = value != "off"
		case "rooms":
			s.set.Rooms = n
		case "visitors":
			s.set.Visitors = n
		case "per-address":
			s.set.VisitorsPerAddress = n
		case "hold":
			s.set.Hold = d
		case "messages":
			s.set.Messages = d
		case "kept":
			s.set.MessagesKept = n
		case "password":
			copy(s.set.Password[:], value)
		case "silence":
			s.set.Silence = d
		default:
			panic("no such setting: " + name)
		}
	}
}

func (s *script) open(line string, args []string) {
	c := s.client(args[0])
	s.newSession(c)
	c.id = c.next
	op := Open{As: c.id, Conn: s.connect(c), Nick: protocol.MustNick(args[0]), Code: c.secret, From: hostFrom(fmt.Sprintf("192.0.2.%d", len(s.order)+1))}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "operator":
			op.Operator = true
		case "program":
			op.Program, op.Echo = true, true
		case "bare":
			op.Code = Secret{}
		case "guest":
			op.Nick = protocol.Nick{}
		case "room":
			op.Room = roomOf(value)
		case "from":
			op.From = hostFrom(value)
		case "replay":
			op.Replay, _ = strconv.Atoi(value)
		default:
			panic("nobody can be opened as " + arg)
		}
	}
	if !slices.Contains(s.order, c) {
		s.order = append(s.order, c)
	}
	s.intend(line, Intent{Op: op})
}

func hostFrom(host string) Address {
	return Address{Host: host, Prefix: netip.MustParsePrefix(host + "/32")}
}

func (s *script) types(line, who, words string) {
	name, ref, _ := strings.Cut(strings.TrimSuffix(who, "]"), " [")
	c := s.client(name)
	cmd, err := protocol.ParseCommand(words)
	require.NoError(s.t, err, line)
	require.NotZero(s.t, c.conn, "%s: there is no connection", line)
	s.intend(line, Intent{Session: c.id, Conn: c.conn, Op: Command{Command: withRef(cmd, protocol.Ref(ref)), Ref: protocol.Ref(ref)}})
}

// withRef is cmd with an id, if it can have one.
func withRef(cmd protocol.Command, ref protocol.Ref) protocol.Command {
	v := reflect.New(reflect.TypeOf(cmd)).Elem()
	v.Set(reflect.ValueOf(cmd))
	if f := v.FieldByName("Ref"); f.IsValid() {
		f.SetString(string(ref))
	}
	return v.Interface().(protocol.Command)
}

func (s *script) lose(line string, c *client, args []string) {
	c.lost = Disconnect{Reason: protocol.Lost, Seen: s.store.head()}
	if len(args) > 0 {
		c.lost.Reason = protocol.Reason(args[0])
	}
	c.was = c.conn
	s.intend(line, Intent{Session: c.id, Conn: c.conn, Op: c.lost})
	c.conn = 0
}

func (s *script) resume(line string, c *client, program bool) {
	conn := s.connect(c)
	if !program {
		s.intend(line, Intent{Op: Resume{Conn: conn, Code: c.secret}})
		return
	}
	var fresh uuid.UUID
	fresh[0], fresh[1] = 0xff, byte(conn)
	s.intend(line, Intent{Op: Open{As: fresh, Conn: conn, Token: c.secret, Program: true, Echo: true}})
}

// wait has time pass, and all happen that is due meanwhile.
func (s *script) wait(long string) {
	d, err := time.ParseDuration(long)
	require.NoError(s.t, err)
	end := s.now.Add(d)
	for range 1000 {
		due := s.m.NextDue()
		if due.IsZero() || due.After(end) {
			break
		}
		if due.After(s.now) {
			s.now = due
		}
		s.intend("due at "+s.now.Format(time.TimeOnly), Intent{Op: Tick{}})
	}
	s.now = end
}

// intend decides about an intent. What comes of it is told at once, unless commits are held.
func (s *script) intend(label string, in Intent) {
	made := s.decide(in)
	if strings.HasPrefix(label, "due at") {
		s.printf("%s", label)
	}
	if s.holds {
		for range made {
			s.labels = append(s.labels, label)
		}
		s.printf("waits")
		return
	}
	for _, o := range made {
		s.tell(o, "")
	}
	s.commit(len(s.pending))
	s.connectionsEnd()
}

func (s *script) commitHeld(args []string) bool {
	n := len(s.pending)
	switch {
	case len(args) == 0:
		return false
	case args[0] == "fail":
		s.fail()
		s.printf("undone: %s", strings.Join(s.labels, ", "))
		s.holds, s.labels = false, nil
		s.reconcile()
		return true
	case len(args) > 1:
		n, _ = strconv.Atoi(args[1])
	}
	for i, o := range s.pending[:n] {
		s.printf("(%s)", s.labels[i])
		s.tell(o, "  ")
	}
	s.commit(n)
	s.labels = s.labels[n:]
	s.holds = len(s.pending) > 0
	s.connectionsEnd()
	return true
}

// reconcile decides again what no client has asked for, and ends connections that have no session.
func (s *script) reconcile() {
	for _, c := range s.order {
		session := s.m.sessions[c.id]
		switch {
		case session == nil && c.conn != 0:
			s.printf("%s has no session", c.name)
			c.conn = 0
		case c.conn == 0 && session != nil && session.Conn != 0 && session.Conn == c.was:
			s.printf("(lost %s, again)", c.name)
			s.intend("lost "+c.name, Intent{Session: c.id, Conn: c.was, Op: c.lost})
		}
	}
}

// connectionsEnd has each client know whether its session has another connection, or none.
func (s *script) connectionsEnd() {
	for _, c := range s.order {
		if session := s.m.sessions[c.id]; session == nil || session.Conn != c.conn {
			c.conn = 0
		}
	}
}

// tell prints a decision: what is told, in the order in which it is told.
func (s *script) tell(o outcome, indent string) {
	if o.Void {
		s.printf(indent + "void: its connection is over")
	}
	for i, e := range o.Events {
		s.answers(o, i, indent)
		if e.Seq == 0 {
			s.printf(indent+"- %s", s.changeOf(e))
		} else {
			s.printf(indent+"%d %s: %s", e.Seq, s.streamName(e.Stream), spelledOut(e.What))
		}
	}
	s.answers(o, len(o.Events), indent)
	put, gone := 0, 0
	for _, r := range o.Rows {
		if r.Value == nil {
			gone++
		} else {
			put++
		}
	}
	if put+gone > 0 {
		s.printf(indent+"rows +%d -%d", put, gone)
	}
}

// answers prints what is told after the first n events.
func (s *script) answers(o outcome, n int, indent string) {
	for _, a := range o.Answers {
		if a.After != n {
			continue
		}
		words := ""
		if a.Event != nil {
			words = spelledOut(a.Event)
		} else {
			words = "(" + strings.TrimPrefix(fmt.Sprintf("%T", a.Effect), "state.") + effectOf(a.Effect) + ")"
		}
		s.printf(indent+"> %s: %s", s.nameOfConn(a.Conn), words)
	}
}

func effectOf(e Effect) string {
	switch e := e.(type) {
	case Replay:
		return fmt.Sprintf(" of %v, %d lines", e.Streams, e.Lines)
	case Transcript:
		return fmt.Sprintf(" of %s, %d lines", e.Ticket, e.Lines)
	case Search:
		return fmt.Sprintf(" for %q", e.Words)
	case CatchUp:
		return fmt.Sprintf(" from %d in %d stays", e.Seen, len(e.Stays))
	case Inheritance:
		return fmt.Sprintf(" of %d rooms, %d messages, tickets up to %d", e.Rooms, e.Messages, e.Ticket)
	}
	return ""
}

func spelledOut(e protocol.Event) string {
	return strings.TrimSpace(string(protocol.AppendEvent(nil, e)))
}

func (s *script) streamName(st Stream) string {
	id, one := st.Session()
	switch {
	case !one:
		return string(st)
	case st == Mailbox(id):
		return "@" + s.nameOf(id)
	}
	return "@" + s.nameOf(id) + string(Desk)
}

func (s *script) changeOf(e Event) string {
	words := s.nameOf(e.Author) + " " + strings.TrimPrefix(fmt.Sprintf("%T", e.Change), "state.")
	switch c := e.Change.(type) {
	case Opened:
		words += " as " + c.Session.Nick.String()
	case Detached:
		words += " until " + c.Until.Format(time.TimeOnly)
		if c.Quiet {
			words += ", quietly"
		}
	case NameTaken:
		words += " " + c.Nick.String()
	case TargetSet:
		words += " " + targetOf(c.Target)
	case ResumeSet:
		words += " to " + cmp.Or(c.Resume.String(), "nowhere")
	case Inherited:
		for _, t := range c.Topics {
			words += " " + t.Room.String()
		}
		for _, msg := range c.Messages {
			words += " " + msg.Ticket.String()
		}
	case RoomDropped:
		words += " " + c.Room.String()
	}
	return words
}

func targetOf(t Target) string {
	words := "the room"
	switch {
	case t.Nobody && t.Pending != 0:
		words = "nobody, then " + t.Pending.String()
	case t.Nobody:
		words = "nobody"
	case t.Ticket != 0:
		words = t.Ticket.String()
	}
	return words
}

func (s *script) startAgain() {
	for _, o := range s.restart(s.set) {
		s.tell(o, "")
	}
	s.holds, s.labels = false, nil
}

// show prints the members of each room, and what is at the desk.
func (s *script) show() {
	names := func(r *Room) (list []string) {
		for m := range r.members.all() {
			name := m.Nick.String()
			if m.Conn == 0 {
				name += " (not connected)"
			}
			list = append(list, name)
		}
		return list
	}
	for _, name := range slices.SortedFunc(maps.Keys(s.m.rooms), func(a, b protocol.Room) int { return cmp.Compare(a.String(), b.String()) }) {
		r := s.m.rooms[name]
		words := name.String() + ": " + cmp.Or(strings.Join(names(r), ", "), "nobody")
		if !r.Topic.IsBlank() {
			words += "; topic: " + r.Topic.String()
		}
		s.printf("%s", words)
	}
	for _, no := range slices.Sorted(maps.Keys(s.m.desk.tickets)) {
		t := s.m.desk.tickets[no]
		words := t.name()
		if by := s.m.sessions[t.Operator]; by != nil {
			words += " talks with " + by.Nick.String()
		} else {
			words += " waits"
		}
		switch {
		case t.Message:
			words += ", and has left a message"
		case t.Absent:
			words += ", and has lost the connection"
		case t.OnHold:
			words += ", on hold"
		}
		s.printf("%s", words)
	}
	for _, h := range s.m.held {
		words := "held: " + h.Nick.String() + " until " + h.Until.Format(time.TimeOnly)
		if h.Released {
			words += ", without the name"
		}
		s.printf("%s", words)
	}
}
