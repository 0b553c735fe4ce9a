package protocol

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	aPromise = regexp.MustCompile(`\bG[0-9]{1,2}\b`)
	namedOf  = regexp.MustCompile(`\bfunc Test((?:G[0-9]+)+)`)
	numbers  = regexp.MustCompile(`G[0-9]+`)
)

// TestPromisesOfTheSpecification finds each promise that the name of a test or a page refers to in the table, and for
// each promise of the table a test that is named after it.
func TestPromisesOfTheSpecification(t *testing.T) {
	known := map[string]bool{}
	for i, row := range specified(t, "| number | promise |") {
		require.Len(t, row, 2)
		assert.Equal(t, "G"+strconv.Itoa(i+1), row[0])
		known[row[0]] = true
	}
	tested := map[string]bool{}
	pagesAndSource(t, func(path, text string) {
		for _, number := range aPromise.FindAllString(text, -1) {
			assert.True(t, known[number], "%s: there is no promise %s", path, number)
		}
		for _, m := range namedOf.FindAllStringSubmatch(text, -1) {
			for _, number := range numbers.FindAllString(m[1], -1) {
				assert.True(t, known[number], "%s: there is no promise %s", path, number)
				tested[number] = true
			}
		}
	})
	for number := range known {
		assert.True(t, tested[number], "no test is named after %s", number)
	}
}

// pagesAndSource reads all that is written for people, and the tests.
func pagesAndSource(t *testing.T, read func(path, text string)) {
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != "..":
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".md"):
			return nil
		}
		b, err := os.ReadFile(path)
		read(path, string(b))
		return err
	}))
}
