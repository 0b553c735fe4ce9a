package sqlite

import (
	"net/url"
	"path/filepath"
	"strings"
)

func writing(path string, sync Sync) string {
	return dsn(path, "rw", "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous("+string(sync)+")",
		"_pragma=fullfsync(1)", "_pragma=checkpoint_fullfsync(1)", // what a flush means on a Mac
		"_pragma=secure_delete(1)", "_pragma=temp_store(memory)", "_pragma=wal_autocheckpoint(0)", "_pragma=journal_size_limit(67108864)", "_pragma=cache_size(-16384)")
}

// writingWords is writing for the file with the words. It makes its own checkpoints, since no commit waits for it.
func writingWords(path string) string {
	return dsn(path, "rw", "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(normal)", "_pragma=secure_delete(1)",
		"_pragma=temp_store(memory)", "_pragma=wal_autocheckpoint(1000)", "_pragma=journal_size_limit(16777216)", "_pragma=cache_size(-16384)")
}

func reading(path string) string {
	return dsn(path, "ro", "_pragma=query_only(1)", "_pragma=cache_size(-4096)")
}

func dsn(path, mode string, params ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/...
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?mode=" + mode + "&_pragma=busy_timeout(5000)&" + strings.Join(params, "&")
}
