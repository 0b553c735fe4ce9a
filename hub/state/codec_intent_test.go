package state

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// The bytes of intents and of changes are a format that later programs read: what was written once must be read for
// ever. If this test is red, the format needs a new version, and the bytes of this one stay in a file of their own.
func TestIntentsAndChangesAreWrittenAsEver(t *testing.T) {
	var intents, changes strings.Builder
	for _, s := range intentSamples() {
		fmt.Fprintf(&intents, "%s\n\t%s\n", s.name, hex.EncodeToString(AppendIntent(nil, &s.of)))
	}
	for _, s := range changeSamples() {
		fmt.Fprintf(&changes, "%s\n\t%s\n", s.name, hex.EncodeToString(appendChange(nil, s.of)))
	}
	assertGolden(t, "intents.txt", intents.String())
	assertGolden(t, "changes.txt", changes.String())
}

func assertGolden(t *testing.T, name, got string) {
	path := filepath.Join("testdata", "wire", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(string(want), "\r", ""), got)
}

// The first version had no position in a search.
func TestOldIntentsAndChangesAreRead(t *testing.T) {
	intents, changes := intentSamples(), changeSamples()
	for i := range intents {
		if c, ok := intents[i].of.Op.(Command); ok {
			if search, ok := c.Command.(protocol.Search); ok {
				search.Before = 0
				c.Command = search
				intents[i].of.Op = c
			}
		}
	}
	assertRead(t, "intents-1.txt", intents, ReadIntent)
	assertRead(t, "changes-1.txt", changes, readChange)
}

func assertRead[T any](t *testing.T, name string, want []wireSample[T], read func([]byte) (T, error)) {
	file, err := os.ReadFile(filepath.Join("testdata", "wire", name))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(file), "\r", "")), "\n")
	require.LessOrEqual(t, len(lines), 2*len(want))
	for i := 0; i < len(lines); i += 2 {
		b, err := hex.DecodeString(strings.TrimSpace(lines[i+1]))
		require.NoError(t, err)
		got, err := read(b)
		require.NoError(t, err, lines[i])
		require.Equal(t, want[i/2].name, lines[i])
		assert.Equal(t, want[i/2].of, got, lines[i])
	}
}

func TestAnIntentIsReadAsItWasWritten(t *testing.T) {
	for _, s := range intentSamples() {
		b := AppendIntent([]byte("before"), &s.of)
		assertWhole(t, s.name, b[len("before"):], s.of, ReadIntent)
	}
}

func TestAChangeIsReadAsItWasWritten(t *testing.T) {
	for _, s := range changeSamples() {
		b := appendChange([]byte("before"), s.of)
		assertWhole(t, s.name, b[len("before"):], s.of, readChange)
	}
}

// assertWhole reads b as want, and no part of b, nor more than it. What was read does not refer to b.
func assertWhole[T any](t *testing.T, name string, b []byte, want T, read func([]byte) (T, error)) {
	got, err := read(b)
	require.NoError(t, err, name)
	require.Equal(t, want, got, name)
	for n := range b {
		_, err := read(b[:n])
		assert.ErrorIs(t, err, errShort, "%s, cut to %d of %d bytes", name, n, len(b))
	}
	_, err = read(append(bytes.Clone(b), 0))
	assert.ErrorIs(t, err, errLong, name)
	clear(b)
	assert.Equal(t, want, got, name)
}

// Each op, command and change has a sample with something in each exported field, so that none can be forgotten.
func TestEveryOpCommandAndChangeIsInASample(t *testing.T) {
	var ops, changes, commands []string
	for _, s := range opSamples() {
		ops = append(ops, nameOf(s.of))
		assertFull(t, s.name, reflect.ValueOf(s.of))
	}
	for _, s := range changeSamples() {
		changes = append(changes, nameOf(s.of))
		assertFull(t, s.name, reflect.ValueOf(s.of))
	}
	for _, cmd := range commandSamples() {
		commands = append(commands, nameOf(cmd))
		assertFull(t, nameOf(cmd), reflect.ValueOf(cmd))
	}
	assertFull(t, "Intent", reflect.ValueOf(intentSamples()[0].of))
	undecided := []string{"Call", "Help", "Ping", "Resume"}
	assert.Equal(t, typesWith(t, ".", "op"), sorted(append(ops, "Command")))
	assert.Equal(t, typesWith(t, ".", "change"), sorted(changes))
	assert.Equal(t, typesWith(t, "../../protocol", "verb"), sorted(append(commands, undecided[1:]...)))
	for _, cmd := range []protocol.Command{protocol.Ping{}, protocol.Help{}, protocol.Resume{}, protocol.Call{}} {
		assert.Panics(t, func() { AppendIntent(nil, &Intent{Op: Command{Command: cmd}}) }, "%T", cmd)
	}
}

// assertFull finds nothing empty in a sample, but for what is not written.
func assertFull(t *testing.T, name string, v reflect.Value) {
	if strings.Contains(name, ",") || name == "Hello" || name == "Operator" {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		assertFull(t, name, v.Elem())
	case reflect.Slice:
		assertFull(t, name+"[0]", v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() && f.Name != "closing" || name == "Intent" && f.Name == "Time" {
				continue
			}
			if assert.False(t, v.Field(i).IsZero(), "%s.%s is empty in the sample", name, f.Name) {
				assertFull(t, name+"."+f.Name, v.Field(i))
			}
		}
	}
}

// typesWith are the types of a package that have the method of a sealed interface.
func typesWith(t *testing.T, dir, method string) (names []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == method && !strings.HasSuffix(path, "_test.go") {
				if of, ok := fn.Recv.List[0].Type.(*ast.Ident); ok {
					names = append(names, of.Name)
				}
			}
		}
	}
	return sorted(names)
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// What no program has written is refused, in plain words.
func TestWhatIsNoIntentIsRefused(t *testing.T) {
	due := AppendIntent(nil, &Intent{Op: Tick{}})
	with := func(at int, b byte) []byte {
		changed := bytes.Clone(due)
		changed[at] = b
		return changed
	}
	unclean := AppendIntent(nil, &Intent{Op: Command{Command: protocol.Say{Text: textOf("hello")}}})
	for name, c := range map[string]struct {
		b   []byte
		why string
	}{
		"nothing":           {nil, "it ends too early"},
		"version 0":         {with(0, 0), "it is of a version that nobody knows"},
		"a later version":   {with(0, wireVersion+1), "it is of a version that nobody knows"},
		"kind 0":            {with(1, 0), "it is of a kind that nobody knows: 0"},
		"a later kind":      {with(1, byte(len(ops)+1)), "it is of a kind that nobody knows: 13"},
		"no UTF-8":          {bytes.Replace(unclean, []byte("hello"), []byte("hell\xff"), 1), "that line did not arrive as UTF-8, so nobody has heard it: please set your terminal to UTF-8, or try once more in telnet"},
		"an unknown reason": {bytes.Replace(AppendIntent(nil, &Intent{Op: Disconnect{Reason: protocol.Departed}}), []byte("quit"), []byte("quiT"), 1), "a word stands where none of its kind does"},
	} {
		_, err := ReadIntent(c.b)
		assert.EqualError(t, err, "state: an intent cannot be read: "+c.why, name)
	}
	in, err := ReadIntent(bytes.Replace(unclean, []byte("hello"), []byte("he\x1b\no"), 1))
	require.NoError(t, err)
	assert.Equal(t, textOf("he o"), in.Op.(Command).Command.(protocol.Say).Text)
}

func TestWhatIsNoChangeIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		b   []byte
		why error
	}{
		"a row of a later version": {[]byte{1, changes.rowOf(Opened{}).kind, kinds[ofSession].version + 1}, errVersion},
		"no key":                   {[]byte{1, changes.rowOf(Blocked{}).kind, 0, 0}, errEmpty},
		"an empty key":             {[]byte{1, changes.rowOf(Blocked{}).kind, 1, 0, 0}, errEmpty},
		"an unknown end":           {[]byte{1, changes.rowOf(NodeEnded{}).kind, 1, 5}, errWord},
	} {
		_, err := readChange(c.b)
		assert.ErrorIs(t, err, c.why, name)
	}
}

func TestAnIntentIsBounded(t *testing.T) {
	written := func(in Intent) func() { return func() { AppendIntent(nil, &in) } }
	assert.NotPanics(t, written(Intent{Op: Tick{}, Secrets: make([]Secret, maxSecrets)}))
	assert.Panics(t, written(Intent{Op: Tick{}, Secrets: make([]Secret, maxSecrets+1)}))
	assert.Panics(t, written(Intent{Op: Command{Command: protocol.LeaveDesk{}, Ref: protocol.Ref(strings.Repeat("x", maxRef+1))}}))
	assert.Panics(t, written(Intent{}))
}

// A length that lies makes no more than the bytes are worth.
func TestALongListIsNotMadeBeforeItIsRead(t *testing.T) {
	b := AppendIntent(nil, &Intent{Op: NoteSeen{}})
	b = append(b[:len(b)-2], 0x80, 0x80, 0x04) // of 65,536, with one byte each
	b = append(b, make([]byte, 1<<16)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadIntent(b)
	runtime.ReadMemStats(&after)
	assert.ErrorIs(t, err, errShort)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10*len(b)))
}

// mustCarry has an intent and what came of it pass through their bytes.
func mustCarry(t testing.TB, o *outcome) {
	t.Helper()
	require.Equal(t, o.in, carried(t, &o.in))
	for _, e := range o.Events {
		if e.Change == nil {
			continue
		}
		b := appendChange(nil, e.Change)
		change, err := readChange(b)
		require.NoError(t, err)
		require.Equal(t, plainChange(e.Change), change)
		require.Equal(t, b, appendChange(nil, change))
	}
}

// carried is an intent as its bytes and the log's time bring it.
func carried(t testing.TB, in *Intent) Intent {
	t.Helper()
	got, err := ReadIntent(AppendIntent(nil, in))
	require.NoError(t, err)
	got.Time = in.Time
	return got
}

// plainChange is c without what is worked out anew where it is applied.
func plainChange(c Change) Change {
	set, ok := c.(IgnoreSet)
	if !ok {
		return c
	}
	var list []Ignored
	for _, i := range set.List {
		list = append(list, Ignored{Name: i.Name, Session: i.Session})
	}
	return IgnoreSet{list}
}

// What a log brings may be damaged.
func FuzzReadIntent(f *testing.F) {
	for _, s := range intentSamples() {
		f.Add(AppendIntent(nil, &s.of))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := ReadIntent(b)
		if err != nil {
			return
		}
		written := AppendIntent(nil, &in)
		again, err := ReadIntent(written)
		require.NoError(t, err, "%x is read, and written as %x, which is not", b, written)
		assert.Equal(t, in, again)
	})
}

func FuzzReadChange(f *testing.F) {
	for _, s := range changeSamples() {
		f.Add(appendChange(nil, s.of))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := readChange(b)
		if err != nil {
			return
		}
		written := appendChange(nil, c)
		again, err := readChange(written)
		require.NoError(t, err, "%x is read, and written as %x, which is not", b, written)
		assert.Equal(t, c, again)
	})
}

// A log can carry all that a client says: no client ends a server by a line that has no bytes.
func FuzzCommandIsCarried(f *testing.F) {
	for _, cmd := range commandSamples() {
		f.Add(protocol.AppendCommandJSON(nil, cmd))
	}
	f.Add([]byte(`{"type":"join","room":"` + strings.Repeat("İ\u0331", 32) + `"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		said, err := protocol.DecodeCommand(b)
		if err != nil {
			return
		}
		cmd, ref := protocol.Split(said)
		switch cmd.(type) {
		case protocol.Ping, protocol.Help, protocol.Resume: // see commands
			return
		case protocol.Hello:
			cmd = protocol.Hello{}
		case protocol.Operator:
			cmd = protocol.Operator{}
		}
		want := Intent{Op: Command{Command: cmd, Ref: ref}}
		got, err := ReadIntent(AppendIntent(nil, &want))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

func lineIntent() Intent {
	return Intent{
		Origin: Origin{Node: 2, Incarnation: 1_800_000_000_000, Request: 900}, ID: idOf(7), Lag: time.Millisecond, Session: idOf(1), Conn: Node(2).Conn(7),
		Op: Command{Command: protocol.Say{Ref: "k1", Text: textOf("has anybody seen the milk? it was here a moment ago")}, Ref: "k1"},
	}
}

func BenchmarkAppendIntent(b *testing.B) {
	in := lineIntent()
	buf := AppendIntent(nil, &in)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendIntent(buf[:0], &in)
	}
}

func BenchmarkReadIntent(b *testing.B) {
	in := lineIntent()
	buf := AppendIntent(nil, &in)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadIntent(buf); err != nil {
			b.Fatal(err)
		}
	}
}
