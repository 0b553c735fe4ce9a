//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Times are in the zone that TZ names, in whatever form and where no zone has a file, or it is told once that they are
// not.
func TestTimesAreInTheZoneOfTZ(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "chinwag.db")
	export := `{"chinwag":"history","version":3,"epoch":"01000000-0000-0000-0000-000000000000"}
{"stream":"#a","count":1,"last":1}
{"seq":1,"nth":1,"stream":"#a","author":"02000000-0000-0000-0000-000000000000","event":{"type":"said","seq":1,"id":"01a21ed4-2822-7535-b771-96519c3f0001","time":"2026-01-15T12:00:00Z","room":"#a","from":"bob","text":"hi"}}
{"end":"history","streams":1,"entries":1,"last":1}
`
	said, code := importInto(t, path, strings.NewReader(export))
	require.Zero(t, code, said)
	for tz, want := range map[string]string{
		"Asia/Shanghai":          "20:00",
		"CST-8":                  "20:00",
		"EST5EDT,M3.2.0,M11.1.0": "07:00",
		"Mars/Base":              "12:00",
	} {
		cmd := exec.Command(program(t), "history", "export", "--format", "text", path)
		cmd.Env = append(os.Environ(), "TZ="+tz)
		var trouble strings.Builder
		cmd.Stderr = &trouble
		out, err := cmd.Output()
		require.NoError(t, err)
		assert.Contains(t, string(out), "2026-01-15 "+want, tz)
		if tz != "Mars/Base" {
			assert.Empty(t, trouble.String())
			continue
		}
		assert.Equal(t, "chinwag: TZ=\"Mars/Base\" is no time zone that is known here, so times are in UTC: it is a name such as Asia/Shanghai, or a rule such as CST-8\n", trouble.String())
	}
	h := openWith(t, withEnv(t, []string{"TZ=Mars/Base"}, serveArgs([]string{"--console", "off"})...), nil)
	assert.Equal(t, 1, strings.Count(h.log.all(), "is no time zone that is known here"))
}

func TestALongZoneIsToldInPart(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(program(t), "help")
	cmd.Env = append(cmd.Environ(), "TZ="+strings.Repeat("x", 10_000))
	said, err := cmd.CombinedOutput()
	require.NoError(t, err)
	assert.Contains(t, string(said), "xxx…")
	assert.NotContains(t, string(said), strings.Repeat("x", 100))
}
