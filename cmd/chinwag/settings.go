package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// settings of the server. Each is a flag, an environment variable CHINWAG_… and
// a key of the configuration file; the flag beats the variable, which beats the file.
type settings struct {
	Listen          []string      `koanf:"listen"`
	Bare            []string      `koanf:"bare"`
	BareGreeting    string        `koanf:"bare-greeting"`
	LineMax         int           `koanf:"line-max"`
	Rate            float64       `koanf:"rate"`
	Burst           int           `koanf:"burst"`
	PerAddress      int           `koanf:"per-address"`
	PerAddressRate  float64       `koanf:"per-address-rate"`
	PerAddressBurst int           `koanf:"per-address-burst"`
	PerAddressBytes size          `koanf:"per-address-bytes"`
	Outbox          int           `koanf:"outbox"`
	Stall           time.Duration `koanf:"stall"`
	Grace           time.Duration `koanf:"grace"`
	Replay          int           `koanf:"replay"`
	Rooms           int           `koanf:"rooms"`
	Journal         string        `koanf:"journal"`
	Data            string        `koanf:"data"`
	Sync            string        `koanf:"sync"`
	Keep            span          `koanf:"keep"`
	KeepLines       int           `koanf:"keep-lines"`
	KeepSize        size          `koanf:"keep-size"`
	Desk            bool          `koanf:"desk"`
	DeskVisitors    int           `koanf:"desk-visitors"`
	DeskPerAddress  int           `koanf:"desk-per-address"`
	DeskMessages    int           `koanf:"desk-messages"`
	DeskMessagesPer int           `koanf:"desk-messages-per-address"`
	DeskSilence     time.Duration `koanf:"desk-silence"`
	Replies         string        `koanf:"replies"`
	PasswordFile    string        `koanf:"operator-password-file"`
	Console         string        `koanf:"console"`
	LogLevel        string        `koanf:"log-level"`
	LogFormat       string        `koanf:"log-format"`
}

// addFlags declares the settings; the defaults stand here and nowhere else.
func addFlags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringSliceP("listen", "l", []string{":12345"}, "`ADDRESS` to listen on, in IPv4 alone if it is 0.0.0.0:12345; may be given again")
	f.StringSlice("bare", nil, "`ADDRESS` for programs without lines; may be given again, and takes a port from --listen's default")
	f.String("bare-greeting", "", "`TEXT` with which a connection of --bare begins")
	f.Int("line-max", 4096, "longest line in `BYTES`, 4096 at the most; a longer one is refused")
	f.Float64("rate", 5, "`LINES` a second that one connection may send; over it the server reads more slowly")
	f.Int("burst", 10, "`LINES` at once before that")
	f.Int("per-address", 64, "`CONNECTIONS` from one address (IPv6: one /64)")
	f.Float64("per-address-rate", 20, "new `CONNECTIONS` a minute from one address")
	f.Int("per-address-burst", 40, "new `CONNECTIONS` at once before that")
	perAddressBytes := size(256 << 20)
	f.Var(&perAddressBytes, "per-address-bytes", "`BYTES` by which one address may make the record grow in a day, as 256M; where --per-address is 0, no limit unless one is given")
	f.Int("outbox", 64<<10, "`BYTES` that wait for one client before it is fed from the record")
	f.Duration("stall", 30*time.Second, "`TIME` after which a client that takes nothing at all is dropped")
	f.Duration("grace", 5*time.Second, "`TIME` that the end may take, with what is yet to be recorded and the goodbyes")
	f.Int("replay", 20, "`LINES` of history shown on entering a room")
	f.Int("rooms", 1000, "`ROOMS` at the most")
	f.String("journal", "sqlite", "where what was said is kept: sqlite (a file, see --data) or memory (until the server ends)")
	f.String("data", "", "`FOLDER` of chinwag.db (else chinwag in the folder for your programs' data)")
	f.String("sync", "full", "what a line waits for before it is heard: full (the disk has it), normal or off (faster; a power cut may cost lines)")
	f.Var(new(span), "keep", "`TIME` that lines are kept, as 90d or 12h; 0 for ever")
	f.Int("keep-lines", 0, "`LINES` of each room that are kept")
	f.Var(new(size), "keep-size", "`BYTES` that what is kept may take, as 500M or 10G: the oldest lines go; 0 for any")
	f.Bool("desk", false, "only a desk: whoever comes talks to the operators, and to nobody else")
	f.Int("desk-visitors", 1000, "`VISITORS` at the desk at once, without those who have gone")
	f.Int("desk-per-address", 64, "`VISITORS` of them from one address")
	f.Int("desk-messages", 1000, "`MESSAGES` that wait there to be answered; beyond, the oldest goes")
	f.Int("desk-messages-per-address", 8, "`MESSAGES` of them from one address")
	f.Duration("desk-silence", 10*time.Minute, "`TIME` after which the visitors of an operator who says nothing wait again")
	f.String("replies", "", "`FILE` of ready replies for /say, in TOML: hours = \"from 9 to 5\"")
	f.String("operator-password-file", "", "`FILE` with the operators' password, made by chinwag password FILE")
	f.String("console", "auto", "operator's console: auto (a screen on a terminal, lines in a pipe), plain or off")
	f.String("log-level", "info", "debug, info, warn or error")
	f.String("log-format", "text", "text or json")
	f.String("config", "", "configuration `FILE` in TOML, with these flags as keys (else chinwag/config.toml in your configuration folder)")
}

const envPrefix = "CHINWAG_"

// loadSettings reads the file, the environment and the flags, each over the last.
func loadSettings(f *pflag.FlagSet) (settings, error) {
	var s settings
	k := koanf.New("\x00") // no flag has that in its name: keys are flat
	if path, must := configFile(f); path != "" {
		err := k.Load(file.Provider(path), toml.Parser())
		switch {
		case !must && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)): // daemons live in /dev/null
		case err != nil:
			return s, fmt.Errorf("the configuration file %s cannot be read: %w", path, err)
		}
		if err := errors.Join(checkKeys(k, f, path), checkUnits(k, path)); err != nil {
			return s, err
		}
	}
	fromEnv := env.Provider("\x00", env.Opt{Prefix: envPrefix, TransformFunc: envKey(f)})
	if err := k.Load(fromEnv, nil); err != nil {
		return s, err
	}
	isChosen := func(key string) bool { return k.Exists(key) || f.Changed(key) }
	chosen, budget := isChosen("listen"), isChosen("per-address-bytes")
	if err := k.Load(posflag.Provider(f, "\x00", k), nil); err != nil {
		return s, err
	}
	if err := k.Unmarshal("", &s); err != nil {
		return s, wrongSetting(err)
	}
	s.complete()
	if !chosen {
		s.makeRoom()
	}
	if !budget && s.PerAddress == 0 { // addresses tell nobody apart, as behind a proxy
		s.PerAddressBytes = 0
	}
	return s, s.check()
}

// complete makes an address of what is only a port.
func (s *settings) complete() {
	for _, addrs := range [][]string{s.Listen, s.Bare} {
		for i, a := range addrs {
			if port, err := strconv.ParseUint(a, 10, 16); err == nil {
				addrs[i] = fmt.Sprint(":", port)
			}
		}
	}
}

// makeRoom takes the addresses of --listen that nobody chose away where --bare wants
// their port: the programs that come there know no other.
func (s *settings) makeRoom() {
	s.Listen = slices.DeleteFunc(s.Listen, func(listen string) bool {
		return slices.ContainsFunc(s.Bare, func(bare string) bool { return port(bare) == port(listen) && port(bare) != "0" })
	})
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// wrongSetting keeps what is of use in what the decoder says: its last line, which
// names the setting and the value.
func wrongSetting(err error) error {
	said := strings.TrimSpace(err.Error())
	return fmt.Errorf("a setting in the environment or in the configuration file has a wrong value: %s", said[strings.LastIndexByte(said, '\n')+1:])
}

// configFile is where the settings may be, and whether they must be there.
func configFile(f *pflag.FlagSet) (path string, must bool) {
	if path, _ := f.GetString("config"); path != "" {
		return path, true
	}
	if path := os.Getenv(envPrefix + "CONFIG"); path != "" {
		return path, true
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", false
	}
	return filepath.Join(dir, "chinwag", "config.toml"), false
}

func checkKeys(k *koanf.Koanf, f *pflag.FlagSet, path string) error {
	for _, key := range k.Keys() {
		if f.Lookup(key) == nil || key == "config" {
			return fmt.Errorf("the configuration file %s has a key %q, which is no setting: chinwag serve --help lists them", path, strings.ReplaceAll(key, "\x00", "."))
		}
	}
	return nil
}

// envKey finds the setting that a variable means: CHINWAG_PER_ADDRESS is
// per-address. Variables that mean something else are passed over.
func envKey(f *pflag.FlagSet) func(name, value string) (string, any) {
	return func(name, value string) (string, any) {
		key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, envPrefix)), "_", "-")
		flag := f.Lookup(key)
		switch {
		case flag == nil || key == "config":
			return "", nil
		case flag.Value.Type() == "stringSlice":
			return key, strings.Split(value, ",")
		}
		return key, value
	}
}

// checkUnits refuses a time that is a bare number: it would be one of nanoseconds.
func checkUnits(k *koanf.Koanf, path string) error {
	for _, key := range []string{"stall", "grace", "desk-silence", "keep"} {
		if _, said := k.Get(key).(string); k.Exists(key) && !said {
			return fmt.Errorf(`the configuration file %s has a bare number for %s, which is a time with its unit, like "30s"`, path, key)
		}
	}
	return nil
}

const leastKept size = 10 << 20 // below, an empty record and its log would leave no room for lines

func (s *settings) check() error {
	both := slices.IndexFunc(s.Bare, func(a string) bool { return slices.Contains(s.Listen, a) && port(a) != "0" })
	switch {
	case both >= 0:
		return fmt.Errorf("--listen and --bare cannot both have %s", s.Bare[both])
	case len(s.Listen)+len(s.Bare) == 0:
		return errors.New("there is no address to listen on: --listen :12345")
	case !slices.Contains([]string{"sqlite", "memory"}, s.Journal):
		return fmt.Errorf("--journal is sqlite or memory, not %q", s.Journal)
	case !slices.Contains([]string{"full", "normal", "off"}, s.Sync):
		return fmt.Errorf("--sync is full, normal or off, not %q", s.Sync)
	case !slices.Contains([]string{"auto", "plain", "off"}, s.Console):
		return fmt.Errorf("--console is auto, plain or off, not %q", s.Console)
	case !slices.Contains([]string{"text", "json"}, s.LogFormat):
		return fmt.Errorf("--log-format is text or json, not %q", s.LogFormat)
	case new(slog.LevelVar).UnmarshalText([]byte(s.LogLevel)) != nil:
		return fmt.Errorf("--log-level is debug, info, warn or error, not %q", s.LogLevel)
	case s.KeepSize > 0 && s.KeepSize < leastKept:
		return fmt.Errorf("--keep-size is %s at the least, or 0 for any size", leastKept)
	case s.LineMax > 4096:
		return fmt.Errorf("--line-max is 4096 at the most, not %d", s.LineMax)
	case min(s.LineMax, s.Burst, s.PerAddress, s.PerAddressBurst, s.Outbox, s.Replay, s.Rooms, s.KeepLines, s.DeskVisitors, s.DeskPerAddress, s.DeskMessages, s.DeskMessagesPer) < 0,
		s.PerAddressBytes < 0, s.Rate < 0, s.PerAddressRate < 0, s.Stall < 0, s.Grace < 0, s.DeskSilence < 0:
		return errors.New("a limit cannot be below 0, and 0 means none")
	}
	return nil
}

// limit is a setting, in which 0 means none, as an option, in which that is -1.
func limit[N int | int64 | float64 | time.Duration](n N) N {
	if n == 0 {
		return -1
	}
	return n
}

// bytesPerAddress bounds what is kept. Where that is the memory's, it has its own bound.
func (s *settings) bytesPerAddress() int64 {
	if s.Journal == "memory" {
		return -1
	}
	return limit(int64(s.PerAddressBytes))
}
