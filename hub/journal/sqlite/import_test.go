package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

// imported is an import of all.
func imported(path string, from io.Reader) error {
	_, err := Import(path, from, false)
	return err
}

// exportLines are the lines of an export of 100 entries in three streams: a header, the streams, the entries, and an
// end.
func exportLines(t *testing.T) []string {
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 100)...)
	lines := strings.SplitAfter(exportOf(t, path, JSON), "\n")
	return lines[:len(lines)-1]
}

// older is an export as version 2 wrote it, without an end.
func olderExport(lines []string) []string {
	old := slices.Clone(lines)
	old[0] = strings.Replace(old[0], `"version":3`, `"version":2`, 1)
	if last := len(old) - 1; strings.HasPrefix(old[last], `{"end"`) {
		old = old[:last]
	}
	return old
}

// An export from which something is missing, wherever, is not imported unless that is wanted, and then as a journal
// that is whole.
func TestWhatIsMissingInAnExportIsMissed(t *testing.T) {
	t.Parallel()
	lines := exportLines(t)
	require.Len(t, lines, 1+3+100+1)
	without := func(i int) []string { return slices.Delete(slices.Clone(lines), i, i+1) }
	whole, err := Verify(importAll(t, strings.Join(lines, "")))
	require.NoError(t, err)
	type part struct {
		lines   []string
		says    string
		entries int // of what is taken all the same
	}
	parts := map[string]part{
		"the middle":     {without(50), "has lost 1 of its 100 entries, the first of them before line 53; nothing is imported", 99},
		"the first":      {without(4), "has lost 1 of its 100 entries, the first of them before line 7;", 99},
		"the last":       {without(103), "has lost 1 of its 100 entries, up to the last;", 99},
		"the end":        {without(104), "is cut off after line 104: 0 of its 100 entries are missing;", 100},
		"half a line":    {append(slices.Clone(lines[:50]), lines[50][:30]), "is cut off after line 50: 54 of its 100 entries are missing;", 46},
		"an older one's": {olderExport(lines[:50]), "has lost 54 of its 100 entries, up to the last;", 46},
		"an older hole":  {olderExport(without(50)), "has lost 1 of its 100 entries, the first of them before line 53;", 99},
	}
	for at := 1; at < len(lines)-1; at += at + 1 {
		n := max(0, at-4)
		promised := 34*min(at-1, 1) + 33*min(max(0, at-2), 1) + 33*min(max(0, at-3), 1)
		parts[fmt.Sprint("what comes after line ", at)] = part{lines[:at], fmt.Sprintf("is cut off after line %d: %d of its %d entries are missing;", at, promised-n, promised), n}
	}
	for name, p := range parts {
		t.Run(name, func(t *testing.T) {
			to := newPath(t)
			err := imported(to, strings.NewReader(strings.Join(p.lines, "")))
			require.ErrorContains(t, err, p.says)
			assertNothing(t, to)
			done, err := Import(to, strings.NewReader(strings.Join(p.lines, "")), true)
			require.NoError(t, err)
			assert.Equal(t, uint64(p.entries), done.Entries)
			r, err := Verify(to)
			require.NoError(t, err)
			assert.Empty(t, r.Problems)
			assert.Equal(t, p.entries, r.Entries)
			assert.Equal(t, r.Head == 100 && !strings.Contains(p.says, "cut off"), r.Epoch == whole.Epoch, "positions that come again are of another journal")
			s := opened(t, to, Options{})
			journaltest.Commit(t, s, numbered(1, 9)...)
			assert.Len(t, everything(t, s, "#a", "#b", "@x"), p.entries+9)
			require.NoError(t, s.Close())
			r, err = Verify(to)
			require.NoError(t, err)
			assert.Empty(t, r.Problems)
		})
	}
}

// A part of a journal that had been pruned is whole in itself, too.
func TestAPartOfAPrunedJournalGoesOn(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{Lines: 10})
	journaltest.Commit(t, s, numbered(1, 100)...)
	pruneAll(t, s)
	lines := strings.SplitAfter(exportOf(t, path, JSON), "\n")
	for at := 1; at < len(lines); at += max(1, at/4) {
		to := newPath(t)
		_, err := Import(to, strings.NewReader(strings.Join(lines[:at], "")), true)
		require.NoError(t, err)
		s := opened(t, to, Options{})
		journaltest.Commit(t, s, numbered(1, 9)...)
		require.NoError(t, s.Close())
		r, err := Verify(to)
		require.NoError(t, err)
		assert.Empty(t, r.Problems, at)
	}
}

func importAll(t *testing.T, text string) string {
	t.Helper()
	to := newPath(t)
	require.NoError(t, imported(to, strings.NewReader(text)))
	return to
}

// assertNothing checks that nothing is left of an import.
func assertNothing(t *testing.T, path string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Empty(t, files)
}

// An input that is no export is rejected, also with partial, with the line and a sentence.
func TestWhatIsNoExportIsRefused(t *testing.T) {
	t.Parallel()
	lines := exportLines(t)
	all := strings.Join(lines, "")
	with := func(i int, old, new string) string {
		changed := slices.Clone(lines)
		changed[i] = strings.Replace(changed[i], old, new, 1)
		require.NotEqual(t, lines[i], changed[i], old)
		return strings.Join(changed, "")
	}
	for name, c := range map[string]struct{ text, says string }{
		"nothing":            {"", "line 1 of the export is not the first of a history"},
		"another program's":  {`{"hello":1}` + "\n", "line 1 of the export is not the first of a history"},
		"no JSON":            {"hello\n", "line 1 of the export is not the first of a history"},
		"a newer one":        {with(0, `"version":3`, `"version":4`), "newer chinwag"},
		"no version":         {with(0, `"version":3`, `"version":-1`), "line 1 of the export is not the first"},
		"a huge gone":        {with(0, `"version":3`, `"version":3,"gone":18446744073709551615`), "line 1 of the export is not the first"},
		"a stream twice":     {strings.Join(slices.Insert(slices.Clone(lines), 2, lines[1]), ""), "line 3 of the export is no stream, or one that was there before"},
		"a nameless stream":  {with(1, `"stream":"#`, `"strea":"#`), "line 2 of the export is no stream"},
		"a strange stream":   {with(1, `"stream":"#`, `"stream":"`), "line 2 of the export is no stream"},
		"a hidden stream":    {with(1, `"stream":"#`, `"stream":"#\u202e`), "line 2 of the export is no stream"},
		"a negative count":   {with(1, `"count":`, `"count":-`), "line 2 of the export is no stream"},
		"a huge position":    {with(1, `"last":`, `"last":99999999999999999`), "line 2 of the export is no stream"},
		"more gone than had": {with(1, `"count"`, `"pruned_nth":1000,"count"`), "line 2 of the export is no stream"},
		"a line twice":       {strings.Join(slices.Insert(slices.Clone(lines), 51, lines[50]), ""), "line 52 of the export is not in its place, or stands there again"},
		"two lines changed":  {strings.Join(append(append(slices.Clone(lines[:50]), lines[51], lines[50]), lines[52:]...), ""), "line 52 of the export is not in its place"},
		"two exports":        {all + all, "line 106 of the export stands after the end of it"},
		"two older exports":  {strings.Repeat(strings.Join(olderExport(lines), ""), 2), "line 105 of the export begins another export"},
		"words":              {strings.Join(lines[:50], "") + "and so on\n", "line 51 of the export is not as chinwag writes it"},
		"a negative seq":     {with(20, `"seq":`, `"seq":-`), "line 21 of the export is not as chinwag writes it"},
		"a huge seq":         {with(20, `"seq":`, `"seq":99999999999999999`), "line 21 of the export is not"},
		"a strange author":   {with(20, `"author":"`, `"author":"x`), "line 21 of the export is not as chinwag writes it"},
		"a strange room":     {with(20, `"stream":"`, `"stream":"#no`), "line 21 of the export is of a stream that the export does not name"},
		"a strange nick":     {with(20, `"from":"bob"`, `"from":"b\u001bob"`), "line 21 of the export is no event that a journal can hold"},
		"a long text":        {with(20, `"text":"`, `"text":"`+strings.Repeat("x", protocol.MaxText)), "line 21 of the export is no event that a journal can hold"},
		"no event":           {with(20, `"type":"said"`, `"type":"pong"`), "line 21 of the export is no event that a journal can hold"},
		"an unknown event":   {with(20, `"type":"said"`, `"type":"shouted"`), "line 21 of the export is no event that a journal can hold"},
		"a time long gone":   {with(20, `"time":"2`, `"time":"0`), "line 21 of the export is no event that a journal can hold"},
		"a time to come":     {with(20, `"time":"2`, `"time":"9`), "line 21 of the export is no event that a journal can hold"},
		"a strange end":      {with(104, `"entries":100`, `"entries":-1`), "line 105 of the export is not as chinwag writes it"},
		"a long line":        {with(20, `"text":"`, `"text":"`+strings.Repeat("x", maxLine)), "line 21 of the export is longer than any that chinwag writes"},
	} {
		for _, partial := range []bool{false, true} {
			to := newPath(t)
			_, err := Import(to, strings.NewReader(c.text), partial)
			assert.ErrorContains(t, err, c.says, name)
			assertNothing(t, to)
		}
	}
}

// What does not fit what it counts is not taken for whole.
func TestAnExportWhoseCountersDoNotFitIsRefused(t *testing.T) {
	t.Parallel()
	lines := exportLines(t)
	for name, c := range map[string]struct {
		i        int
		old, new string
	}{
		"fewer in a stream": {1, `"count":34`, `"count":33`}, "more in a stream": {1, `"count":34`, `"count":35`},
		"another last": {1, `"last":`, `"last":1`}, "another number": {20, `"nth":`, `"nth":1`},
		"fewer in all": {104, `"entries":100`, `"entries":99`}, "another end": {104, `"last":100`, `"last":99`},
		"more streams": {104, `"streams":3`, `"streams":4`}, "none lost": {104, `"entries":100`, `"entries":99,"lost":1`},
	} {
		changed := slices.Clone(lines)
		changed[c.i] = strings.Replace(lines[c.i], c.old, c.new, 1)
		if changed[c.i] == lines[c.i] {
			changed[c.i] = strings.Replace(lines[c.i], `"count":33`, strings.Replace(c.new, "35", "34", 1), 1)
		}
		require.NotEqual(t, lines[c.i], changed[c.i], name)
		to := newPath(t)
		assert.ErrorContains(t, imported(to, strings.NewReader(strings.Join(changed, ""))), "nothing is imported", name)
		assertNothing(t, to)
		_, err := Import(to, strings.NewReader(strings.Join(changed, "")), true)
		require.NoError(t, err, name)
		r, err := Verify(to)
		require.NoError(t, err)
		assert.Empty(t, r.Problems, name)
	}
}

// endlessExport is an export whose second line has no end.
type endlessExport struct{ sent int }

func (e *endlessExport) Read(b []byte) (int, error) {
	if e.sent == 0 {
		e.sent++
		return copy(b, `{"chinwag":"history","version":3,"epoch":"01000000-0000-0000-0000-000000000000"}`+"\n"), nil
	}
	if e.sent > 1<<31 {
		return 0, io.EOF
	}
	for i := range b {
		b[i] = 'x'
	}
	e.sent += len(b)
	return len(b), nil
}

// A line is not held in memory beyond what chinwag writes.
func TestALineWithoutAnEndCostsNothing(t *testing.T) {
	to := newPath(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	from := new(endlessExport)
	assert.ErrorContains(t, imported(to, from), "line 2 of the export is longer than any that chinwag writes")
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(20<<20))
	assert.LessOrEqual(t, from.sent, 2*maxLine)
	assertNothing(t, to)
}

// The longest entry has a place in a line, many times over.
func TestTheLongestEntryIsNotTooLong(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	for _, letter := range []string{`"`, "<", "\\", "茶", "🤷"} {
		text := protocol.MustText(strings.Repeat(letter, protocol.MaxText/len(letter)))
		ref := protocol.Ack{You: true, Ref: protocol.Ref(strings.Repeat(letter, 60/len(letter)))}
		journaltest.Commit(t, s, journal.Entry{Stream: "#a", Event: protocol.Said{From: protocol.MustNick(strings.Repeat("茶", 32)), Text: text, Ack: ref}})
	}
	text := exportOf(t, path, JSON)
	for line := range strings.Lines(text) {
		assert.Less(t, len(line), maxLine/10)
	}
	importAll(t, text)
}

// broken is an export that cannot be read to its end.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = errors.New("input/output error")
	}
	return n, err
}

func TestAFailedImportTouchesNothingThatWasThere(t *testing.T) {
	t.Parallel()
	lines := exportLines(t)
	bad := strings.Join(lines[:50], "")
	to := newPath(t)
	s := opened(t, to, Options{}) // a server was started once, and no client has come
	epoch := s.Epoch()
	assert.ErrorContains(t, imported(to, strings.NewReader(bad)), "another chinwag")
	require.NoError(t, s.Close())
	assert.ErrorContains(t, imported(to, strings.NewReader(bad)), "is cut off")
	again := opened(t, to, Options{})
	assert.Equal(t, epoch, again.Epoch())
	require.NoError(t, again.Close())

	other := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(other, []byte("what I must not forget"), 0o600))
	assert.ErrorContains(t, imported(other, strings.NewReader(bad)), "is not a chinwag journal")
	b, err := os.ReadFile(other)
	require.NoError(t, err)
	assert.Equal(t, "what I must not forget", string(b))
	assert.NoFileExists(t, other+".lock")

	to = newPath(t)
	assert.EqualError(t, imported(to, broken{strings.NewReader(bad)}), "the export could be read up to line 50 and no further, so nothing is imported")
	assertNothing(t, to)
	folder := t.TempDir()
	assert.ErrorContains(t, imported(folder, strings.NewReader(bad)), "is a folder: please name the file in it")
	assert.NoFileExists(t, folder+".lock")
	assert.ErrorContains(t, Export(folder, io.Discard, JSON), "is a folder: please name the file in it")
	_, err = Verify(folder)
	assert.ErrorContains(t, err, "is a folder: please name the file in it")
	assert.ErrorContains(t, Vacuum(folder), "is a folder: please name the file in it")
}

// Of a damaged journal that was exported, what could not be read is told, and the rest is imported.
func TestAnExportOfADamagedJournalSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 100)...)
	_, err := s.w.conn.ExecContext(t.Context(), "UPDATE entries SET event='{' WHERE seq IN (20, 21, 100)")
	require.NoError(t, err)
	var out bytes.Buffer
	require.ErrorContains(t, Export(path, &out, JSON), "is damaged: 3 of its entries cannot be read")
	to := newPath(t)
	done, err := Import(to, bytes.NewReader(out.Bytes()), false)
	require.NoError(t, err)
	assert.Equal(t, ImportResult{Entries: 97, Lost: 3}, done)
	r, err := Verify(to)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
	assert.Equal(t, 97, r.Entries)

	lines := strings.SplitAfter(out.String(), "\n")
	cut := strings.Join(append(lines[:50:50], lines[51:]...), "")
	to = newPath(t)
	assert.ErrorContains(t, imported(to, strings.NewReader(cut)), "has lost 4 of its 100 entries")
	assertNothing(t, to)
}
