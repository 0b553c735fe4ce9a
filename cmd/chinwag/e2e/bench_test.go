//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/bench"
)

// benched runs bench to its end.
func benched(t *testing.T, args ...string) (out, err string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program(t), append([]string{"bench"}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

func TestBenchStartsItsOwnServer(t *testing.T) {
	t.Parallel()
	out, said, code := benched(t, "flood", "--members", "20", "--senders", "2", "--lines", "200", "--runs", "2", "--table")
	require.Equal(t, 0, code, said)
	line, table, _ := bytes.Cut([]byte(out), []byte("\n"))
	var r bench.Result
	require.NoError(t, json.Unmarshal(line, &r))
	assert.Equal(t, r.Lines*20, r.Deliveries)
	assert.Contains(t, string(table), "flood, 20 members, 2 of them talk")
	assert.Empty(t, said)
}

func TestBenchMeasuresAServerThatRuns(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0")
	out, said, code := benched(t, "paced", "--addr", "localhost:"+portOf(h.addr), "--dialect", "json", "--members", "10", "--lines", "20", "--rate", "500")
	require.Equal(t, 0, code, said)
	assert.Contains(t, out, `"lost":0`)
}

func TestBenchComparesTwoBuilds(t *testing.T) {
	t.Parallel()
	out, said, code := benched(t, "compare", "--old", program(t), "--only", "idle", "--idle", "3", "--without", "chinwag memory", "--runs", "2")
	require.Equal(t, 0, code, said)
	assert.Regexp(t, `(?s)"server":"old chinwag sqlite".*"server":"chinwag sqlite".*"server":"chinwag sqlite".*"server":"old chinwag sqlite"`, out, "they begin in turn")
	assert.Regexp(t, `idle, 3 members +chinwag sqlite +a member .* (of 2 +not certain|not known)`, out)
}

func TestBenchRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		says string
		code int
		args []string
	}{
		{"--remote", 2, []string{"flood", "--addr", "192.0.2.1:12345"}},
		{"does not speak", 2, []string{"flood", "--dialect", "irc"}},
		{"HOST:PORT", 2, []string{"flood", "--addr", "somewhere"}},
		{"HOST:PORT", 2, []string{"flood", "--addr", "::1:1"}},
		{"one of these after it", 2, nil},
		{`no command "bogus"`, 2, []string{"bogus"}},
		{"chinwag, json, irc or line", 2, []string{"flood", "--dialect", "bogus"}},
		{"nobody listens there", 1, []string{"flood", "--addr", "localhost:1"}},
		{"does not run", 1, []string{"flood", "--serve", "false"}},
	} {
		out, said, code := benched(t, test.args...)
		assert.Equal(t, test.code, code, test.args)
		assert.Contains(t, out+said, test.says)
	}
}
