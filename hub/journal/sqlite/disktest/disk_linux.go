package sqlite

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	codes "modernc.org/sqlite/lib"
)

// disk stands between SQLite and the system for the files of one directory. It
// can fail, and it knows what a power cut would leave: what was flushed, and of
// what was written since any part.
type disk struct {
	dir string

	mu     sync.Mutex
	fail   func(op, name string) int32 // not nil: what an operation returns instead
	events int
	off    int // the event at which the power goes; 0: never
	files  map[string]*platter
	syncs  int
}

// platter is what one file is on the disk.
type platter struct {
	safe    []byte
	pending []change
}

// change is something written at an offset, or the end of the file there.
type change struct {
	at   int64
	data []byte
	ends bool
}

func (c change) apply(b []byte) []byte {
	end := c.at + int64(len(c.data))
	if c.ends && int64(len(b)) > c.at {
		return b[:c.at]
	}
	if int64(len(b)) < end {
		b = append(b, make([]byte, end-int64(len(b)))...)
	}
	copy(b[c.at:], c.data)
	return b
}

var (
	disksMu sync.Mutex
	disks   []*disk
)

func newDisk(dir string) *disk {
	d := &disk{dir: dir, files: map[string]*platter{}}
	disksMu.Lock()
	defer disksMu.Unlock()
	disks = append(disks, d)
	return d
}

func diskOf(file uintptr) (d *disk, name string) {
	return diskAt((*codes.TunixFile)(at(file)).FzPath)
}

func diskAt(name uintptr) (*disk, string) {
	path := libc.GoString(name)
	disksMu.Lock()
	defer disksMu.Unlock()
	for _, d := range disks {
		if strings.HasPrefix(path, d.dir+"/") {
			return d, filepath.Base(path)
		}
	}
	return nil, ""
}

// do is one operation on a file: refused, or seen.
func (d *disk) do(op, name string, see func(p *platter)) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		if rc := d.fail(op, name); rc != 0 {
			return rc
		}
	}
	d.events++
	if op == "sync" {
		d.syncs++
	}
	if d.off == 0 || d.events < d.off {
		p := d.files[name]
		if p == nil {
			p = &platter{}
			d.files[name] = p
		}
		see(p)
	}
	return codes.SQLITE_OK
}

func (d *disk) failing(f func(op, name string) int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = f
}

// powerCut writes to dir what may be left. Of what was not flushed each sector
// may be there or not, whatever was written first.
func (d *disk) powerCut(dir string, random *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, p := range d.files {
		left := bytes.Clone(p.safe)
		for _, c := range p.pending {
			if c.ends {
				if random.IntN(2) == 0 {
					left = c.apply(left)
				}
				continue
			}
			for i := 0; i < len(c.data); i += 512 {
				if random.IntN(4) > 0 {
					left = change{at: c.at + int64(i), data: c.data[i:min(i+512, len(c.data))]}.apply(left)
				}
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), left, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// SQLite's files share two tables of operations: one for databases and one for
// all others. Ours come first in both.
var realWrite, realSync, realTruncate, realDelete uintptr

func init() {
	tls := libc.NewTLS()
	vfs := (*codes.Tsqlite3_vfs)(at(codes.Xsqlite3_vfs_find(tls, 0)))
	open := call[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](vfs.FxOpen)
	for _, kind := range []int32{codes.SQLITE_OPEN_MAIN_DB, codes.SQLITE_OPEN_WAL} {
		f, err := os.CreateTemp("", "disk")
		if err != nil {
			panic(err)
		}
		name, err := libc.CString(f.Name() + "\x00\x00\x00")
		file := libc.Xcalloc(tls, 1, codes.Tsize_t(vfs.FszOsFile))
		if err != nil || open(tls, uintptr(unsafe.Pointer(vfs)), name, file, kind|codes.SQLITE_OPEN_READWRITE|codes.SQLITE_OPEN_CREATE, 0) != codes.SQLITE_OK {
			panic("sqlite: no way to the tables of operations")
		}
		m := (*codes.Tsqlite3_io_methods)(at((*codes.Tsqlite3_file)(at(file)).FpMethods))
		realWrite, realSync, realTruncate = m.FxWrite, m.FxSync, m.FxTruncate
		m.FxWrite, m.FxSync, m.FxTruncate = pointer(diskWrite), pointer(diskSync), pointer(diskTruncate)
		_, _ = f.Close(), os.Remove(f.Name())
	}
	realDelete, vfs.FxDelete = vfs.FxDelete, pointer(diskDelete)
}

func diskWrite(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	if d, name := diskOf(file); d != nil {
		see := func(p *platter) {
			p.pending = append(p.pending, change{at: offset, data: bytes.Clone(libc.GoBytes(data, int(n)))})
		}
		if rc := d.do("write", name, see); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](realWrite)(tls, file, data, n, offset)
}

func diskSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	if d, name := diskOf(file); d != nil {
		see := func(p *platter) {
			for _, c := range p.pending {
				p.safe = c.apply(p.safe)
			}
			p.pending = nil
		}
		if rc := d.do("sync", name, see); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, int32) int32](realSync)(tls, file, flags)
}

func diskTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	if d, name := diskOf(file); d != nil {
		see := func(p *platter) { p.pending = append(p.pending, change{at: size, ends: true}) }
		if rc := d.do("truncate", name, see); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, int64) int32](realTruncate)(tls, file, size)
}

func diskDelete(tls *libc.TLS, vfs, name uintptr, flush int32) int32 {
	if d, name := diskAt(name); d != nil {
		if rc := d.do("delete", name, func(*platter) { delete(d.files, name) }); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, uintptr, int32) int32](realDelete)(tls, vfs, name, flush)
}

// What follows is how modernc.org/sqlite has C's pointers in Go.

func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{p})) }

func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }
