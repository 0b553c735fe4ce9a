package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chinwag/conn"
	"chinwag/conn/socket"
	"chinwag/hub"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

// settings of the server. Each is a flag, an environment variable CHINWAG_… and a key of the configuration file; the
// flag beats the variable, which beats the file.
//
//	command line ─┐
//	variable ─────┼─> Set of the flag ─> settings
//	file ─────────┘
type settings struct {
	Listen          []string
	Bare            []string
	BareGreeting    string
	LineMax         size
	Rate            float64
	Burst           int
	PerAddress      int
	PerAddressRate  float64
	PerAddressBurst int
	PerAddressBytes size
	Outbox          size
	Stall           time.Duration
	Grace           time.Duration
	Replay          int
	Rooms           int
	RoomsPerSession int
	Hold            time.Duration
	Journal         string
	Data            string
	Sync            sqlite.Sync
	Keep            time.Duration
	KeepLines       int
	KeepSize        size
	Desk            bool
	DeskVisitors    int
	DeskPerAddress  int
	DeskMessages    int
	DeskMessagesPer int
	DeskSilence     time.Duration
	Replies         string
	PasswordFile    string
	Console         string
	LogLevel        string
	LogFormat       string
	Config          string

	configRead string   // the configuration file that was read; "": none
	warnings   []string // warnings of variables that are no settings

	replies      map[string]protocol.Text // from the file Replies
	passwordHash string                   // from PasswordFile
	password     conn.Password            // checks passwords against it; nil: there is none
}

// defaultSettings takes the defaults from the packages that own the settings.
func defaultSettings() settings {
	h, c := hub.Defaults(), conn.Defaults()
	return settings{
		Listen:          []string{":12345"},
		LineMax:         protocol.MaxText,
		Rate:            c.Rate,
		Burst:           c.Burst,
		PerAddress:      c.PerAddress,
		PerAddressRate:  c.PerAddressRate,
		PerAddressBurst: c.PerAddressBurst,
		PerAddressBytes: size(h.PerAddressBytes),
		Outbox:          size(h.Outbox),
		Stall:           socket.DefaultStall,
		Grace:           h.Grace,
		Replay:          h.Replay,
		Rooms:           h.Rooms,
		RoomsPerSession: h.RoomsPerSession,
		Hold:            h.Hold,
		Journal:         "sqlite",
		Sync:            sqlite.Full,
		DeskVisitors:    h.Visitors,
		DeskPerAddress:  h.VisitorsPerAddress,
		DeskMessages:    h.MessagesKept,
		DeskMessagesPer: h.MessagesPerAddress,
		DeskSilence:     h.Silence,
		Console:         "auto",
		LogLevel:        "info",
		LogFormat:       "text",
	}
}

// setting is a row of the table from which the flags, --help, the page and the completion are made.
type setting struct {
	name, short string
	value       settingValue
	takes       string // the name of the value in --help; "": it may be left out
	example     string // a value, other than the default
	what        string // it does
	zero        string // what 0 does; "": nothing special, or it is rejected
	unset       string // what the default does where it is an empty value
}

// settingGroup is the settings under one heading.
type settingGroup struct {
	title    string
	settings []setting
}

const (
	minKept    size = 10 << 20 // below, an empty file and its WAL would leave no room for lines
	maxOutbox  size = 1 << 30
	minHold         = time.Second // a goodbye tells it in whole seconds, and 0 means that the session cannot be resumed
	maxHold         = day         // each held session keeps a name, and nothing else bounds how many an address holds
	maxWatched      = 256         // each costs little, and there are as many sessions as connections
	noLimit         = "no limit"
)

// table is the only list of settings. Their values are fields of s.
func (s *settings) table() []settingGroup {
	return []settingGroup{
		{"Addresses", []setting{
			{name: "listen", short: "l", value: &addressList{target: &s.Listen}, takes: "ADDRESS", example: ":4000", what: "address to listen on, in IPv4 alone if it is 0.0.0.0:12345; may be given again, with the same port for the other family"},
			{name: "bare", value: &addressList{target: &s.Bare}, takes: "ADDRESS", example: ":4001", what: "address for programs without lines; may be given again, and takes its port from the default of --listen", unset: "none"},
			{name: "bare-greeting", value: textValue(&s.BareGreeting), takes: "TEXT", example: "欢迎", what: "what a connection of --bare begins with", unset: "nothing"},
		}},
		{"Limits of one connection", []setting{
			{name: "line-max", value: sizeBetween(&s.LineMax, 1, protocol.MaxText), takes: "BYTES", example: "1K", what: "longest line; a longer one is refused, and the connection stays (at --bare it becomes several)"},
			{name: "rate", value: rateValue(&s.Rate), takes: "LINES", example: "2.5", what: "lines a second; over it the server reads more slowly", zero: "no limit, whatever --burst says"},
			{name: "burst", value: countValue(&s.Burst), takes: "LINES", example: "25", what: "lines at once before --rate counts", zero: "no limit, whatever --rate says"},
			{name: "outbox", value: sizeBetween(&s.Outbox, 0, maxOutbox), takes: "BYTES", example: "1M", what: "bytes that wait for one client before it is fed from the journal", zero: noLimit},
			{name: "stall", value: durationValue(&s.Stall), takes: "TIME", example: "1m", what: "time after which a client that takes nothing at all is dropped; one whose network has vanished, and whose system acknowledges nothing, after a minute or, if that is longer, a quarter more than this", zero: "never; one whose network has vanished goes when the system says so"},
		}},
		{"Limits of one address (IPv6: one /64)", []setting{
			{name: "per-address", value: countValue(&s.PerAddress), takes: "CONNECTIONS", example: "200", what: "connections at once; the log says who is refused more", zero: noLimit},
			{name: "per-address-rate", value: rateValue(&s.PerAddressRate), takes: "CONNECTIONS", example: "120", what: "new connections a minute", zero: "no limit, whatever --per-address-burst says"},
			{name: "per-address-burst", value: countValue(&s.PerAddressBurst), takes: "CONNECTIONS", example: "100", what: "new connections at once before --per-address-rate counts", zero: "no limit, whatever --per-address-rate says"},
			{name: "per-address-bytes", value: sizeBetween(&s.PerAddressBytes, 0, maxBytes), takes: "BYTES", example: "1G", what: "bytes by which one address may make the journal grow in a day; then people there can only read for a while; no limit where --per-address is 0, unless one is given, nor with --journal memory", zero: noLimit},
		}},
		{"Rooms", []setting{
			{name: "rooms", value: countValue(&s.Rooms), takes: "ROOMS", example: "50", what: "rooms at the most", zero: noLimit},
			{name: "rooms-per-session", value: countBetween(&s.RoomsPerSession, 1, maxWatched), takes: "ROOMS", example: "8", what: "rooms that one may be in at once: the one in front and those that are watched"},
			{name: "replay", value: countValue(&s.Replay), takes: "LINES", example: "100", what: "lines of history shown on entering a room", zero: "no lines"},
			{name: "hold", value: durationBetween(&s.Hold, minHold, maxHold), takes: "TIME", example: "10m", what: "time after a connection broke for which its session, with the name, waits for whoever comes back to it; less than an hour begins anew when the server does"},
		}},
		{"The journal", []setting{
			{name: "journal", value: oneOf(&s.Journal, "sqlite", "memory"), takes: "WHERE", example: "memory", what: "where what was said is kept: sqlite (a file, see --data) or memory (until the server ends, as sessions, topics and the desk)"},
			{name: "data", value: pathValue(&s.Data, kindFolder), takes: "FOLDER", example: "/srv/chat", what: "folder of the file chinwag.db", unset: "chinwag in your programs' data folder"},
			{name: "sync", value: oneOf(&s.Sync, sqlite.Full, sqlite.Normal, sqlite.Off), takes: "HOW", example: "normal", what: "what a line waits for before it is heard: full (the disk has it), normal or off (faster; a power cut may cost lines)"},
			{name: "keep", value: durationValue(&s.Keep), takes: "TIME", example: "90d", what: "how long lines are kept in the file, as 90d or 12h", zero: "for ever"},
			{name: "keep-lines", value: countValue(&s.KeepLines), takes: "LINES", example: "10000", what: "how many lines of each room are kept; comings and goings do not count, of which ten for each line are kept, and 10,000", zero: "all"},
			{name: "keep-size", value: sizeOrNone(&s.KeepSize, minKept), takes: "BYTES", example: "10G", what: "bytes that what is kept in the file may take, as 500M or 10G: the oldest lines go when these are nearly full", zero: "any number"},
		}},
		{"The desk", []setting{
			{name: "desk", value: boolValue(&s.Desk), example: "true", what: "only a desk: whoever comes talks to the operators, and to nobody else"},
			{name: "desk-visitors", value: countValue(&s.DeskVisitors), takes: "VISITORS", example: "100", what: "visitors at the desk at once, without those who have gone", zero: noLimit},
			{name: "desk-per-address", value: countValue(&s.DeskPerAddress), takes: "VISITORS", example: "16", what: "visitors at the desk from one address", zero: noLimit},
			{name: "desk-messages", value: countValue(&s.DeskMessages), takes: "MESSAGES", example: "100", what: "messages that wait there for an answer, a week at the most; beyond, the oldest goes and the operators are told", zero: noLimit},
			{name: "desk-messages-per-address", value: countValue(&s.DeskMessagesPer), takes: "MESSAGES", example: "2", what: "messages that wait there from one address", zero: noLimit},
			{name: "desk-silence", value: durationValue(&s.DeskSilence), takes: "TIME", example: "1h", what: "time after which the visitors of an operator who says nothing wait again", zero: "never"},
			{name: "replies", value: pathValue(&s.Replies, kindFile), takes: "FILE", example: "~/chat/replies.toml", what: `ready replies for /canned, in TOML: hours = "from 9 to 5"`, unset: "none"},
		}},
		{"Operators, console and log", []setting{
			{name: "operator-password-file", value: pathValue(&s.PasswordFile, kindFile), takes: "FILE", example: "~/chat/password", what: "the operators' password, made by chinwag password FILE", unset: "nobody becomes an operator from afar"},
			{name: "console", value: oneOf(&s.Console, "auto", "plain", "off"), takes: "HOW", example: "plain", what: "operator's console: auto (a screen on a terminal, lines in a pipe), plain or off"},
			{name: "log-level", value: oneOf(&s.LogLevel, "debug", "info", "warn", "error"), takes: "LEVEL", example: "debug", what: "what is logged, on standard error: debug, info, warn or error, and what is worse"},
			{name: "log-format", value: oneOf(&s.LogFormat, "text", "json"), takes: "FORMAT", example: "json", what: "how the log is written: text or json"},
		}},
		{"Start and end", []setting{
			{name: "config", value: pathValue(&s.Config, kindFile), takes: "FILE", example: "~/chat/config.toml", what: "configuration file in TOML, with these flags as keys", unset: "chinwag/config.toml in your configuration folder"},
			{name: "grace", value: durationValue(&s.Grace), takes: "TIME", example: "1m", what: "time that the end may take, with what is yet to be recorded and the goodbyes", zero: "as long as it takes"},
		}},
	}
}

// addFlags adds the settings to the flags of c, and returns their values.
func addFlags(f *pflag.FlagSet) *settings {
	s := defaultSettings()
	f.SortFlags = false
	for _, g := range s.table() {
		for _, row := range g.settings {
			flag := f.VarPF(row.value, row.name, row.short, row.usage())
			flag.Annotations = map[string][]string{takesValue: {row.takes}}
			if row.value.Type() == "bool" {
				flag.NoOptDefVal = "true"
			}
		}
	}
	return &s
}

// takesValue is the annotation of a flag with the name of its value.
const takesValue = "chinwag_takes_value"

// complete tells the shell which values a setting can have.
func (s *settings) complete(c *cobra.Command) {
	for _, g := range s.table() {
		for _, row := range g.settings {
			choices, directive := row.value.complete()
			if err := c.RegisterFlagCompletionFunc(row.name, cobra.FixedCompletions(choices, directive)); err != nil {
				panic(err) // the setting is no flag, or twice in the table
			}
		}
	}
}

// usage is what a setting does, as one line.
func (row setting) usage() string {
	if row.zero == "" {
		return row.what
	}
	return row.what + "; 0: " + row.zero
}

// settingOf is the value of a flag, if it is a setting.
func settingOf(f *pflag.Flag) (v settingValue, ok bool) {
	if f == nil {
		return nil, false
	}
	v, ok = f.Value.(settingValue)
	return v, ok
}

// load sets what was not set on the command line, from the environment or else from the file. Then it derives the other
// settings, and opens the files that they name.
func (s *settings) load(f *pflag.FlagSet) error {
	if err := setFromEnvironment(f.Lookup("config")); err != nil {
		return err
	}
	file, err := s.readConfig()
	if err != nil {
		return file.explain(err, f)
	}
	if err := file.check(f); err != nil {
		return err
	}
	f.VisitAll(func(flag *pflag.Flag) {
		if err == nil {
			err = setFromEnvironment(flag)
		}
		if err == nil {
			err = file.set(flag)
		}
	})
	if err != nil {
		return err
	}
	s.configRead, s.warnings = file.path, unknownVariables(f)
	if !f.Changed("listen") {
		s.yieldPorts()
	}
	if !f.Changed("per-address-bytes") && s.PerAddress == 0 { // addresses do not tell clients apart, as behind a proxy
		s.PerAddressBytes = 0
	}
	if len(s.Listen)+len(s.Bare) == 0 {
		return fmt.Errorf("there is no address to listen on: --listen %s", defaultSettings().Listen[0])
	}
	return s.openFiles()
}

// openFiles reads the files that settings name, before the server listens.
func (s *settings) openFiles() (err error) {
	if s.replies, err = loadReplies(s.Replies); err != nil {
		return err
	}
	s.password, s.passwordHash, err = loadPassword(s.PasswordFile)
	return err
}

// yieldPorts removes the default addresses of --listen where --bare has their port: the programs that connect there may
// know no other.
func (s *settings) yieldPorts() {
	s.Listen = slices.DeleteFunc(s.Listen, func(listen string) bool {
		return slices.ContainsFunc(s.Bare, func(bare string) bool { return port(bare) == port(listen) && port(bare) != "0" })
	})
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// log logs where the settings come from, and warns of those without effect.
func (s *settings) log(log *slog.Logger) {
	if s.configRead != "" {
		log.Info("the configuration file is read", "file", s.configRead)
	}
	for _, words := range s.warnings {
		log.Warn(words)
	}
	if s.Journal == "memory" && (s.Keep > 0 || s.KeepSize > 0) {
		log.Warn("--keep and --keep-size bound the file, and with --journal memory there is none: use --keep-lines")
	}
}
