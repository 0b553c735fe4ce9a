package bench

import (
	"context"
	"math"
	"net/netip"
	"os/exec"
)

// Contender is a server that can be started here and measured: a row of the table below.
type Contender struct {
	Name    string
	Dialect string
	Most    int      // peers that it can have
	AtOnce  int      // see Options
	only    []string // the scenarios that it can play; nil: all
	command []string // the first word is looked up in PATH
	files   map[string]string
	addr    netip.AddrPort // at which it listens; zero: a free port
}

// Chinwag is this program itself; self is its path, journal the place of its journal. Its limits are off, since they
// would slow a flood down.
func Chinwag(self, dialect, journal string) Contender {
	return Contender{Name: "chinwag " + journal, Dialect: dialect, Most: math.MaxInt, command: []string{
		self, "serve", "--listen", "127.0.0.1:{port}", "--console", "off", "--log-level", "error",
		"--rate", "0", "--per-address", "0", "--per-address-rate", "0", "--per-address-bytes", "0", "--rooms", "0", "--journal", journal, "--data", "{dir}",
	}}
}

// Baseline is ServeBaseline in a process of this program.
func Baseline(self string) Contender {
	return Contender{Name: "bare writes", Dialect: "line", Most: math.MaxInt, only: []string{"flood", "paced"}, command: []string{self, "bench", "baseline", "127.0.0.1:{port}"}}
}

// Command is any server that a command starts. It listens at addr or, if that is zero, at the port that replaces
// {port}.
func Command(dialect string, words []string, addr netip.AddrPort) Contender {
	return Contender{Name: words[0], Dialect: dialect, Most: math.MaxInt, command: words, addr: addr}
}

// Others are the other known servers that are installed, and the names of those that are not.
func Others() (found []Contender, missing []string) {
	for _, c := range others {
		path, err := exec.LookPath(c.command[0])
		if err != nil {
			missing = append(missing, c.Name)
			continue
		}
		c.command = append([]string{path}, c.command[1:]...)
		found = append(found, c)
	}
	return found, missing
}

// Servers are the names of all that compare knows, installed or not.
func Servers() []string {
	names := []string{"chinwag sqlite", "chinwag memory", "bare writes"}
	for _, c := range others {
		names = append(names, c.Name)
	}
	return names
}

// Start starts it.
func (c Contender) Start(ctx context.Context) (*Server, error) {
	return startServer(ctx, c.command, c.files, c.addr)
}

// fewWait is for a server with a backlog of ten: a further connection waits for a retransmission, although it looks
// established on this side.
const fewWait = 8

// Their limits are off, too, and so is their slow work for a new client: names are not looked up.
var others = []Contender{
	{Name: "inspircd", Dialect: "irc", Most: 19_000,
		command: []string{"inspircd", "--nofork", "--runasroot", "--config", "{dir}/inspircd.conf"},
		files: map[string]string{"inspircd.conf": `
<server name="bench.local" description="bench" network="bench">
<admin name="bench" nick="bench" email="bench@bench.local">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect name="main" allow="*" localmax="100000" globalmax="100000" maxconnwarn="no" maxchans="20" timeout="60"
  pingfreq="3600" hardsendq="100000000" softsendq="100000000" recvq="1000000" threshold="100000"
  commandrate="100000000" fakelag="no" resolvehostnames="no" useident="no">
<performance softlimit="100000" somaxconn="4096" clonesonconnect="no">
<pid file="{dir}/pid">
`}},
	{Name: "ngircd", Dialect: "irc", Most: 19_000, AtOnce: fewWait,
		command: []string{"ngircd", "--nodaemon", "--config", "{dir}/ngircd.conf"},
		files: map[string]string{"ngircd.conf": `
[Global]
Name = bench.local
Info = bench
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = bench
AdminInfo1 = bench
AdminEMail = bench@bench.local
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
MaxPenaltyTime = 0
PingTimeout = 3600
PongTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
ChrootDir =
`}},
	// It waits with select, which is limited to 1,024 descriptors.
	{Name: "ncat", Dialect: "line", Most: 1_010, AtOnce: fewWait, command: []string{"ncat", "--listen", "127.0.0.1", "{port}", "--broker", "--max-conns", "1015"}},
}
