package sqlite

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal/journaltest"
)

// exportedJournal is an export, as it is written.
func exportedJournal(t *testing.T) []byte {
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 10)...)
	var out bytes.Buffer
	require.NoError(t, Export(path, &out, JSON))
	return out.Bytes()
}

// An editor or a shell may have changed the encoding of an export. What can be read is read.
func TestAnImportKnowsItsEncoding(t *testing.T) {
	t.Parallel()
	export := exportedJournal(t)
	wide := func(order binary.AppendByteOrder, mark bool) []byte {
		var b []byte
		units := utf16.Encode([]rune(string(export)))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		for _, u := range units {
			b = order.AppendUint16(b, u)
		}
		return b
	}
	for name, test := range map[string]struct {
		in   []byte
		want string
	}{
		"a mark":                {append([]byte("\xef\xbb\xbf"), export...), ""},
		"ends of lines":         {bytes.ReplaceAll(export, []byte("\n"), []byte("\r\n")), ""},
		"UTF-16":                {wide(binary.LittleEndian, true), "UTF-16"},
		"UTF-16, turned":        {wide(binary.BigEndian, true), "UTF-16"},
		"UTF-16 without a mark": {wide(binary.LittleEndian, false), "UTF-16"},
		"turned, too":           {wide(binary.BigEndian, false), "UTF-16"},
		"compressed":            {[]byte("\x1f\x8b\x08\x00\x00"), "gunzip"},
		"a mark alone":          {[]byte("\xef\xbb\xbf"), "line 1 of the export is not the first"},
		"nothing":               {nil, "line 1 of the export is not the first"},
		"two marks":             {append([]byte("\xef\xbb\xbf\xef\xbb\xbf"), export...), "line 1 of the export is not the first"},
	} {
		path := newPath(t)
		_, err := Import(path, bytes.NewReader(test.in), false)
		if test.want == "" {
			require.NoError(t, err, name)
			var again bytes.Buffer
			require.NoError(t, Export(path, &again, JSON))
			assert.Equal(t, string(export), again.String(), name)
			continue
		}
		assert.ErrorContains(t, err, test.want, name)
		assert.NoFileExists(t, path, name)
	}
}

// An export that is there twice, as a whole or in part, makes no journal, and the words are plain.
func TestADoubledExportIsRefused(t *testing.T) {
	t.Parallel()
	export := exportedJournal(t)
	lines := strings.SplitAfter(strings.TrimSuffix(string(export), "\n"), "\n")
	for name, in := range map[string]string{
		"all":         string(export) + string(export),
		"but the end": strings.Join(lines[:len(lines)-1], "") + string(export),
		"its streams": lines[0] + lines[1] + strings.Join(lines[1:], ""),
		"an entry":    strings.Join(lines[:4], "") + strings.Join(lines[3:], ""),
	} {
		for _, partial := range []bool{false, true} {
			path := newPath(t)
			_, err := Import(path, strings.NewReader(in), partial)
			require.ErrorContains(t, err, "so nothing is imported", name)
			assert.NotContains(t, err.Error(), "constraint", name)
			assert.NoFileExists(t, path, name)
		}
	}
}
