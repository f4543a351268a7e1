//go:build linux

package segment

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sitmap/geo/cube"
	"sitmap/geo/cube/cubetest"
)

// A base of CUBE_POINTS points, 50,000 unless told, is built, written, read
// and asked, cold and warm; the figures of docs/scale.md are what it logs. The
// answers from the file must be those from memory.
func TestScale(t *testing.T) {
	n := 50_000
	if s := os.Getenv("CUBE_POINTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	m := meter{T: t}
	options := cube.Options{Days: cube.DaysIn(cubetest.Zone), Workers: 2}
	path := filepath.Join(t.TempDir(), "city.segment")
	asked := questions()
	want := make([]cube.Counts, len(asked))
	m.time("invent a tenth of the points only", func() error {
		city := cubetest.New(62)
		for range n / 10 {
			city.Point()
		}
		return nil
	})
	func() { // so that the memory of the base is free afterwards
		var base *cube.Base
		m.time("build, points with their cells invented", func() (err error) {
			base, err = cubetest.Build(n, options)
			return err
		})
		m.log("most memory while building", "%s", status("VmHWM"))
		columns, sums := base.Bytes()
		m.log("columns", "%.2f bytes a point, %d MiB", float64(columns)/float64(n), columns>>20)
		m.log("sums by day", "%d MiB", sums>>20)
		m.log("atoms", "%d in %d cells", base.Atoms(), base.Cells(9))
		live := cube.New(base, options)
		for i, q := range asked {
			if err := live.View().Count(q.Query, &want[i]); err != nil {
				t.Fatal(err)
			}
		}
		m.time("write the file", func() error { return Write(path, "city", base.Columns()) })
		m.time("merge 10,000 changes", func() error {
			if err := live.Apply(changes(10_000)); err != nil {
				return err
			}
			return live.Merge()
		})
	}()
	debug.FreeOSMemory()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	m.log("file", "%d MiB", info.Size()>>20)

	forgetFile(t, path)
	var file *File
	m.time("open, cold", func() (err error) {
		file, err = Open(path)
		return err
	})
	var base *cube.Base
	m.time("make a base of the columns, cold", func() (err error) {
		base, err = cube.FromColumns(file.Column, file)
		return err
	})
	var counts cube.Counts
	for i, q := range asked {
		ask := func() error { return cube.New(base, options).View().Count(q.Query, &counts) }
		m.time(q.name+", first time", ask)
		if want[i].Total != counts.Total || !reflect.DeepEqual(want[i].Cells, counts.Cells) || !reflect.DeepEqual(want[i].Counts, counts.Counts) {
			t.Errorf("%s: the file says otherwise than the memory it was written from", q.name)
		}
		m.median(q.name+", warm", ask)
	}
	m.log("memory of the process's own", "%s", status("RssAnon"))
	m.log("of the file in memory", "%s", status("RssFile"))
	m.time("verify, warm", file.Verify)
	live := cube.New(base, options)
	if err := live.Apply(changes(100_000)); err != nil {
		t.Fatal(err)
	}
	for _, q := range asked {
		m.median(q.name+", warm, with 100,000 changes", func() error { return live.View().Count(q.Query, &counts) })
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	forgetFile(t, path)
	m.time("load and verify, cold", func() error {
		_, err := Load(path, "city")
		return err
	})
}

type question struct {
	name string
	cube.Query
}

func questions() []question {
	ragged := cubetest.Week(7)
	ragged.Window.From += 5000
	ragged.Window.To += 5000
	return []question{
		{"Q1: all cells of resolution 9", cube.Everything(9)},
		{"Q2: a week, 3 of 16 categories, resolution 7, by sums", cubetest.Week(7)},
		{"Q2: the same from 01:23 to 01:23, by reading", ragged},
		{"Q2b: a week, 3 of 16 categories, resolution 9", cubetest.Week(9)},
		{"Q3: the same in 20 by 20 km", cubetest.InView(cubetest.Week(9))},
		{"Q3n: all in 20 by 20 km", cubetest.InView(cube.Everything(9))},
		{"a county by areas, resolution 7", cubetest.InCounty(cubetest.Week(7))},
	}
}

// changes is points of another city on the same ground.
func changes(n int) []cube.Entry {
	city := cubetest.New(7)
	list := make([]cube.Entry, n)
	for i := range list {
		list[i] = cube.Entry{Point: city.Point(), Sign: 1}
	}
	return list
}

// meter logs what things take.
type meter struct{ *testing.T }

func (m meter) log(what, format string, args ...any) {
	m.Logf("| %s | "+format+" |", append([]any{what}, args...)...)
}

func (m meter) time(what string, work func() error) {
	m.Helper()
	wall, processor := took(m.T, work)
	m.log(what, "%v | %v", wall, processor)
}

// median is of 11 times.
func (m meter) median(what string, work func() error) {
	m.Helper()
	var walls, processors []time.Duration
	for range 11 {
		wall, processor := took(m.T, work)
		walls, processors = append(walls, wall), append(processors, processor)
	}
	slices.Sort(walls)
	slices.Sort(processors)
	m.log(what, "%v | %v", walls[5], processors[5])
}

// took is the time and the processor time of some work.
func took(t *testing.T, work func() error) (wall, processor time.Duration) {
	t.Helper()
	spent := func() time.Duration {
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	begin, before := time.Now(), spent()
	if err := work(); err != nil {
		t.Fatal(err)
	}
	return time.Since(begin).Round(time.Microsecond), (spent() - before).Round(time.Microsecond)
}

// status is a line of what the kernel knows of the process.
func status(field string) string {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

// forgetFile drops what the kernel keeps of a file that nobody has mapped.
func forgetFile(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	const dontNeed = 4
	if _, _, fault := syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, dontNeed, 0, 0); fault != 0 {
		t.Log(fmt.Errorf("the file may still be in memory: %w", fault))
	}
}
