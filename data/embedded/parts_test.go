package embedded

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestTuningFollowsTheMachine(t *testing.T) {
	const gib = 1 << 30
	tests := map[string]struct {
		machine machine
		want    map[string]string
	}{
		"2 cores, 24 GiB": {machine{memory: 24 * gib, cpus: 2, shm: 12 * gib}, map[string]string{
			"shared_buffers": "3072MB", "effective_cache_size": "12288MB", "work_mem": "48MB",
			"maintenance_work_mem": "768MB", "max_parallel_workers_per_gather": "1", "dynamic_shared_memory_type": "",
		}},
		"a small container": {machine{memory: gib / 2, cpus: 1, shm: 64 << 20}, map[string]string{
			"shared_buffers": "64MB", "effective_cache_size": "256MB", "work_mem": "4MB",
			"maintenance_work_mem": "64MB", "max_parallel_workers_per_gather": "0", "dynamic_shared_memory_type": "mmap",
		}},
		"a big server": {machine{memory: 512 * gib, cpus: 64, shm: 256 * gib}, map[string]string{
			"shared_buffers": "4096MB", "effective_cache_size": "262144MB", "work_mem": "64MB",
			"maintenance_work_mem": "1024MB", "max_parallel_workers_per_gather": "4", "dynamic_shared_memory_type": "",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := tuning(test.machine)
			for setting, want := range test.want {
				if v := valueOf(got, setting); v != want {
					t.Errorf("%s is %q, want %q", setting, v, want)
				}
			}
		})
	}
}

func valueOf(settings []setting, name string) string {
	i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
	if i < 0 {
		return ""
	}
	return settings[i].value
}

func TestMemTotal(t *testing.T) {
	// The first lines of a /proc/meminfo as in proc(5).
	if got := memTotal([]byte("MemTotal:       24640000 kB\nMemFree:        1000 kB\n")); got != 24640000 {
		t.Errorf("got %d kB", got)
	}
	if got := memTotal([]byte("nothing of the kind")); got != 0 {
		t.Errorf("got %d kB", got)
	}
	if machineMemory() < 64<<20 {
		t.Errorf("this machine has %d bytes", machineMemory())
	}
}

func TestPidFile(t *testing.T) {
	// As PostgreSQL 15 writes it, see src/include/utils/pidfile.h.
	f := parsePidFile("4711\n/srv/data\n1700000000\n5433\n/srv/run\n127.0.0.1\n  3407918     65538\nready   \n")
	want := pidFile{postmaster{pid: 4711, socketDir: "/srv/run", port: 5433, listens: true}, "ready"}
	if *f != want {
		t.Errorf("got %+v, want %+v", *f, want)
	}
	if f := parsePidFile("47"); f.pid != 47 || f.status != "" || f.listens {
		t.Errorf("half a file: %+v", *f)
	}
}

// Whatever is in the file, reading it neither panics nor names a process that cannot be.
func FuzzPidFile(f *testing.F) {
	f.Add("4711\n/srv/data\n1700000000\n5433\n/srv/run\n127.0.0.1\n  3407918     65538\nready   \n")
	f.Add("")
	f.Add("-1\n\n\n\n")
	f.Add("99999999999999999999\n")
	f.Fuzz(func(t *testing.T, text string) {
		got := parsePidFile(text)
		p := place{root: "/nowhere"}
		if p.serves(got.pid) {
			t.Errorf("%q names a server", text)
		}
	})
}

// A value in postgresql.conf is closed only by its own quote.
func FuzzSettingsFile(f *testing.F) {
	f.Add(`/srv/it's\a "folder",#1`)
	f.Add(`'`)
	f.Add(`\`)
	f.Fuzz(func(t *testing.T, value string) {
		if strings.ContainsAny(value, "\n\r\x00") {
			return // refused before
		}
		_, line, _ := strings.Cut(file([]setting{{"name", value}}), "\n")
		quoted := strings.TrimSuffix(strings.TrimPrefix(line, "name = "), "\n")
		if got, ok := unquote(quoted); !ok || got != value {
			t.Errorf("%q became %s, which reads as %q", value, quoted, got)
		}
	})
}

// unquote reads a value as src/backend/utils/misc/guc-file.l does.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return "", false
	}
	s = s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\', '\'':
			if i++; i == len(s) || s[i] != s[i-1] {
				return "", false
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}

// here is the place of a cluster in a folder of the test, of the test's own user.
func here(t *testing.T) place {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	return place{dir: t.TempDir(), root: t.TempDir(), account: account{name: u.Username, uid: uint32(uid)}}
}

func TestTheLogStaysShort(t *testing.T) {
	p := here(t)
	postgres, err := p.openLog()
	if err != nil {
		t.Fatal(err)
	}
	defer postgres.Close()
	write := func(s string) {
		if _, err := postgres.WriteString(s); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Repeat("a", 100))
	if err := p.rotateLog(100); err != nil || p.logSize() != 100 {
		t.Fatalf("a log of just the limit was cut: %v", err)
	}
	write("b")
	if err := p.rotateLog(100); err != nil {
		t.Fatal(err)
	}
	// PostgreSQL goes on with the file it has open, at the new beginning.
	write("FATAL: no\n")
	if got := p.logSince(0); got != "FATAL: no" {
		t.Errorf("the log holds %q", got)
	}
	old, err := os.ReadFile(filepath.Join(p.root, "postgres.log.1"))
	if err != nil || string(old) != strings.Repeat("a", 100) {
		t.Errorf("the old log: %q, %v", old, err)
	}
}

func TestAPasswordIsKeptAndAnythingElseReplaced(t *testing.T) {
	p := here(t)
	first, err := p.password(5433)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.password(5434)
	if err != nil || again != first || !plainSecret.MatchString(again) {
		t.Errorf("first %q, then %q, %v", first, again, err)
	}
	path := filepath.Join(p.dir, "pgpass")
	if err := os.WriteFile(path, []byte("127.0.0.1:1:*:sitmap:'; DROP ROLE sitmap; --\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	fresh, err := p.password(5433)
	if err != nil || !plainSecret.MatchString(fresh) {
		t.Errorf("got %q, %v", fresh, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestWhatPostgreSQLSaysIsExplained(t *testing.T) {
	// Messages as PostgreSQL 15 writes them.
	for said, want := range map[string]string{
		`FATAL:  could not write lock file "postmaster.pid": No space left on device`: "full",
		`FATAL:  could not map anonymous shared memory: Cannot allocate memory`:       "memory",
		`LOG:  could not bind IPv4 address "127.0.0.1": Address already in use`:       "port is taken",
		`FATAL:  database files are incompatible with server`:                         "another version",
		`ERROR:  extension "postgis" is not available`:                                "PostGIS is not installed",
		`initdb: error: invalid locale name "C.UTF-8"`:                                "locale",
		`PANIC:  could not locate a valid checkpoint record`:                          "damaged",
		`postgres: could not find the database system`:                                "damaged",
		`FATAL:  something nobody has foreseen`:                                       "does not start",
	} {
		f := here(t).explain(said)
		if !strings.Contains(f.What.En, want) || f.Cure.Zh == "" || f.Cure.En == "" {
			t.Errorf("%s: %v, want something of %q", said, f, want)
		}
	}
}

func TestAFaultSaysBothLanguagesAndItsKind(t *testing.T) {
	cause := errors.New("the cause")
	err := error(diskFull("/srv").because(cause))
	for _, want := range []string{"磁盘已满", "is full", "请", "free at least", "the cause"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if !errors.Is(err, cause) || !errors.Is(err, diskFull("").Kind) {
		t.Errorf("%v hides its cause or kind", err)
	}
}
