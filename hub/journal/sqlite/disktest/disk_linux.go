package disktest

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	codes "modernc.org/sqlite/lib"
)

// Disk holds the files of one directory. Make it with New.
type Disk struct {
	dir string

	faultMu sync.Mutex // held while fault is called, so that an operation which hangs holds up all

	mu     sync.Mutex
	fault  Fault // nil: none
	events int
	offAt  int // the event at which the power goes; 0: never
	files  map[string]*diskFile
	syncs  int
}

// Fault is called before each operation on a file: "read", "write", "truncate", "delete" or "sync". It returns SQLite's
// code of an error, or 0. While it does not return, the disk answers no operation.
type Fault func(op, name string) int32

// diskFile is one file on the disk.
type diskFile struct {
	safe    []byte
	pending []change
}

// change is a write at an offset, or a truncation there.
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
	disks   []*Disk
)

// New makes a disk of a directory in which no file is open.
func New(dir string) *Disk {
	d := &Disk{dir: dir, files: map[string]*diskFile{}}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range files {
		var b []byte
		if b, err = os.ReadFile(path); err != nil {
			break
		}
		d.files[filepath.Base(path)] = &diskFile{safe: b}
	}
	if err != nil {
		panic(err)
	}
	disksMu.Lock()
	defer disksMu.Unlock()
	disks = append(disks, d)
	return d
}

// Remove removes the disk: operations go to the system again.
func (d *Disk) Remove() {
	disksMu.Lock()
	defer disksMu.Unlock()
	disks = slices.DeleteFunc(disks, func(o *Disk) bool { return o == d })
}

func diskOf(file uintptr) (d *Disk, name string) {
	return diskAt((*codes.TunixFile)(at(file)).FzPath)
}

func diskAt(name uintptr) (*Disk, string) {
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

// injectFault calls the fault.
func (d *Disk) injectFault(op, name string) int32 {
	d.faultMu.Lock()
	defer d.faultMu.Unlock()
	d.mu.Lock()
	fault := d.fault
	d.mu.Unlock()
	if fault == nil {
		return codes.SQLITE_OK
	}
	return fault(op, name)
}

// operate does one operation that changes a file, unless there is a fault or the power is off.
func (d *Disk) operate(op, name string, effect func(p *diskFile)) int32 {
	if rc := d.injectFault(op, name); rc != codes.SQLITE_OK {
		return rc
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events++
	if op == "sync" {
		d.syncs++
	}
	if d.offAt == 0 || d.events < d.offAt {
		p := d.files[name]
		if p == nil {
			p = &diskFile{}
			d.files[name] = p
		}
		effect(p)
	}
	return codes.SQLITE_OK
}

// Fail sets the fault of the operations to come; nil: none.
func (d *Disk) Fail(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// PowerOff cuts the power after so many changes.
func (d *Disk) PowerOff(events int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.offAt = d.events + events
}

// IsOn reports whether the power is on.
func (d *Disk) IsOn() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.offAt == 0 || d.events < d.offAt
}

// Flushes is the number of syncs so far.
func (d *Disk) Flushes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs
}

// PowerCut writes to dir what a power cut may leave. Each sector that was not flushed may be there or not, in any
// order.
func (d *Disk) PowerCut(dir string, random *rand.Rand) error {
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

// SQLite's files share two tables of operations: one for databases and one for all others. Ours come first in both.
var realRead, realWrite, realSync, realTruncate, realDelete uintptr

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
			panic("disktest: no way to the tables of operations")
		}
		m := (*codes.Tsqlite3_io_methods)(at((*codes.Tsqlite3_file)(at(file)).FpMethods))
		realRead, realWrite, realSync, realTruncate = m.FxRead, m.FxWrite, m.FxSync, m.FxTruncate
		m.FxRead, m.FxWrite, m.FxSync, m.FxTruncate = pointer(diskRead), pointer(diskWrite), pointer(diskSync), pointer(diskTruncate)
		_, _ = f.Close(), os.Remove(f.Name())
	}
	realDelete, vfs.FxDelete = vfs.FxDelete, pointer(diskDelete)
}

func diskRead(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	if d, name := diskOf(file); d != nil {
		if rc := d.injectFault("read", name); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](realRead)(tls, file, data, n, offset)
}

func diskWrite(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	if d, name := diskOf(file); d != nil {
		effect := func(p *diskFile) {
			p.pending = append(p.pending, change{at: offset, data: bytes.Clone(libc.GoBytes(data, int(n)))})
		}
		if rc := d.operate("write", name, effect); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](realWrite)(tls, file, data, n, offset)
}

func diskSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	if d, name := diskOf(file); d != nil {
		effect := func(p *diskFile) {
			for _, c := range p.pending {
				p.safe = c.apply(p.safe)
			}
			p.pending = nil
		}
		if rc := d.operate("sync", name, effect); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, int32) int32](realSync)(tls, file, flags)
}

func diskTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	if d, name := diskOf(file); d != nil {
		effect := func(p *diskFile) { p.pending = append(p.pending, change{at: size, ends: true}) }
		if rc := d.operate("truncate", name, effect); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, int64) int32](realTruncate)(tls, file, size)
}

func diskDelete(tls *libc.TLS, vfs, name uintptr, flush int32) int32 {
	if d, name := diskAt(name); d != nil {
		if rc := d.operate("delete", name, func(*diskFile) { delete(d.files, name) }); rc != codes.SQLITE_OK {
			return rc
		}
	}
	return call[func(*libc.TLS, uintptr, uintptr, int32) int32](realDelete)(tls, vfs, name, flush)
}

// The functions below convert C's pointers as modernc.org/sqlite has them.

func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ p uintptr }{p})) }

func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }
