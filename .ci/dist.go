// Dist builds chinwag for every platform and packs it: .bin/dist/chinwag_VERSION_OS_ARCH.tar.gz (.zip for Windows) and
// SHA256SUMS. The same commit and the same Go make the same bytes on every machine.
//
// It reads VERSION and PLATFORMS from the environment, where the Makefile puts them.
package main

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const dist = ".bin/dist"

func main() {
	log.SetFlags(0)
	if err := run(os.Getenv("VERSION"), strings.Fields(os.Getenv("PLATFORMS"))); err != nil {
		log.Fatal(err)
	}
}

func run(version string, platforms []string) error {
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, platform := range platforms {
		goos, goarch, _ := strings.Cut(platform, "/")
		name := fmt.Sprintf("chinwag_%s_%s_%s", strings.ReplaceAll(version, "/", "-"), goos, goarch)
		archive, err := pack(name, version, goos, goarch)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		data, err := os.ReadFile(archive)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), filepath.Base(archive))
		fmt.Printf("%s  %.1f MB\n", archive, float64(len(data))/1e6)
	}
	return os.WriteFile(filepath.Join(dist, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// pack builds for one platform and returns the path of the archive.
func pack(name, version, goos, goarch string) (string, error) {
	exe, suffix, write := "chinwag", ".tar.gz", writeTar
	if goos == "windows" {
		exe, suffix, write = "chinwag.exe", ".zip", writeZip
	}
	program := filepath.Join(dist, exe)
	defer os.Remove(program)

	build := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w -X main.version="+version, "-o", program, "./cmd/chinwag")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", err
	}

	archive := filepath.Join(dist, name+suffix)
	f, err := os.Create(archive)
	if err != nil {
		return "", err
	}
	entries := []entry{{program, exe, 0o755}, {"LICENSE", "LICENSE", 0o644}}
	pages, err := linked("README.md")
	for _, page := range pages {
		entries = append(entries, entry{page, page, 0o644})
	}
	err = cmp.Or(err, write(f, name, entries))
	return archive, cmp.Or(err, f.Close())
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// linked is a page and all pages to which it leads, and those to which they lead: they keep their places, so that the
// links lead to them in the archive, too. What else they name, such as code, is not packed.
func linked(first string) ([]string, error) {
	pages := []string{first}
	for i := 0; i < len(pages); i++ {
		text, err := os.ReadFile(pages[i])
		if err != nil {
			return nil, err
		}
		for _, to := range link.FindAllSubmatch(text, -1) {
			page := path.Join(path.Dir(pages[i]), string(to[1]))
			if path.Ext(page) == ".md" && !slices.Contains(pages, page) {
				pages = append(pages, page)
			}
		}
	}
	return pages, nil
}

// An entry has its mode from here, not from the disk, where it depends on somebody's umask.
type entry struct {
	path string
	name string // in the archive
	mode os.FileMode
}

func writeTar(w io.Writer, folder string, entries []entry) error {
	zw, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	tw := tar.NewWriter(zw)
	for _, e := range entries {
		data, err := os.ReadFile(e.path)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: folder + "/" + e.name, Mode: int64(e.mode), Size: int64(len(data)), ModTime: stamp()}
		if err := tw.WriteHeader(header); err != nil {
			return err
		}
		if _, err := tw.Write(data); err != nil {
			return err
		}
	}
	return cmp.Or(tw.Close(), zw.Close())
}

func writeZip(w io.Writer, folder string, entries []entry) error {
	zw := zip.NewWriter(w)
	for _, e := range entries {
		data, err := os.ReadFile(e.path)
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: stamp()}
		header.SetMode(e.mode)
		file, err := zw.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(data); err != nil {
			return err
		}
	}
	return zw.Close()
}

// stamp is the time of the commit: every file carries it, whenever it was built. SOURCE_DATE_EPOCH wins; outside git it
// is the first day that a zip can hold.
func stamp() time.Time {
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		out, _ := exec.Command("git", "log", "-1", "--format=%ct").Output()
		seconds = strings.TrimSpace(string(out))
	}
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		return time.Unix(n, 0).UTC()
	}
	return time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
}
