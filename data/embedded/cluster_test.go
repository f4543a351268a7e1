package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
)

// The tests below start real clusters in folders of their own. Those that do not ask
// for durability switch fsync off, to be quick.

// quick are the options of a cluster in dir for such a test.
func quick(dir string) embedded.Options {
	return embedded.Options{Dir: dir, Unsafe: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// ready is a folder with a cluster that has been made but does not run: a copy, because
// making one takes longer than most tests.
func ready(t *testing.T) string {
	t.Helper()
	dir := pgtest.Dir(t)
	made, err := seed()
	if err == nil {
		var out []byte
		if out, err = exec.Command("cp", "--archive", filepath.Join(made, "postgres"), dir).CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// seed is the cluster that ready copies; TestMain removes it.
var seed = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "sitmap-seed-"); err != nil {
		return "", err
	}
	seeded = dir
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	c, err := embedded.Start(context.Background(), quick(dir))
	if err != nil {
		return "", err
	}
	return dir, c.Close(context.Background())
})

var seeded string

func TestMain(m *testing.M) {
	code := m.Run()
	if seeded != "" {
		os.RemoveAll(seeded)
	}
	os.Exit(code)
}

func needsPostgreSQL(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs PostgreSQL, which -short leaves out")
	}
	t.Parallel()
}

func start(t *testing.T, o embedded.Options) *embedded.Cluster {
	t.Helper()
	c, err := embedded.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func join(t *testing.T, o embedded.Options) *embedded.Cluster {
	t.Helper()
	c, err := embedded.Join(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *embedded.Cluster) {
	t.Helper()
	if err := c.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Errorf("close: %v", err)
	}
}

// ask runs SQL through psql over the given URL.
func ask(t *testing.T, url, sql string) (string, error) {
	t.Helper()
	bin, err := embedded.FindBinaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin.Path("psql"), "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	got, err := ask(t, url, sql)
	if err != nil {
		t.Fatalf("%s: %v: %s", sql, err, got)
	}
	return got
}

// postmaster is the process that postmaster.pid names.
func postmaster(t *testing.T, c *embedded.Cluster) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(c.Folder(), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// living are the processes of the system whose command line or title holds the text.
func living(text string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		b, err := os.ReadFile(file)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && pid != os.Getpid() && strings.Contains(string(b), text) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// eventually waits for what must come true soon; how soon is no part of the test.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not come true: %s", what)
		}
	}
}

func wantFault(t *testing.T, err, kind error, cure string) {
	t.Helper()
	var f *embedded.Fault
	if !errors.As(err, &f) || !errors.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %v", err, kind)
	}
	if f.What.Zh == "" || f.What.En == "" || f.Cure.Zh == "" || f.Cure.En == "" {
		t.Errorf("%+v lacks words", f)
	}
	if !strings.Contains(f.Cure.En, cure) {
		t.Errorf("the cure %q does not say %q", f.Cure.En, cure)
	}
}

func TestANewClusterKeepsWhatItAcknowledges(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(pgtest.Dir(t))
	o.Unsafe = false
	c := start(t, o)

	for name, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C", "lc_ctype": "C.UTF-8",
		"TimeZone": "UTC", "jit": "off",
	} {
		if got := query(t, c.URL(), "SHOW "+name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	out, err := exec.Command(c.Binaries().Path("pg_controldata"), filepath.Join(c.Folder(), "data")).Output()
	if err != nil || !strings.Contains(string(out), "Data page checksum version:           1") {
		t.Errorf("pg_controldata: %v: %s", err, out)
	}
	if got := query(t, c.URL(), "SELECT postgis_lib_version() >= '3', current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"); got != "t|sitmap|f" {
		t.Errorf("PostGIS 3, role, superuser: %s", got)
	}
	if !c.State().Ready {
		t.Errorf("state %+v", c.State())
	}
	// Ctrl-C goes to the terminal's process group; stopping the cluster is for us.
	if group, err := syscall.Getpgid(postmaster(t, c)); err != nil || group != postmaster(t, c) {
		t.Errorf("the postmaster is in group %d, %v", group, err)
	}
}

func TestNothingIsLeftAfterClose(t *testing.T) {
	needsPostgreSQL(t)
	c := start(t, quick(ready(t)))
	folder := c.Folder()
	if len(living(folder)) == 0 {
		t.Fatal("no process names the folder, so the test below could not fail")
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := living(folder); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	for _, file := range []string{"run/.s.PGSQL.5432", "run/.s.PGSQL.5432.lock", "data/postmaster.pid"} {
		if _, err := os.Lstat(filepath.Join(folder, file)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left", file)
		}
	}
	if s := c.State(); s.Ready {
		t.Errorf("state %+v", s)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Errorf("a second close: %v", err)
	}
}

func TestAClusterStopsEvenWhenTheContextHasEnded(t *testing.T) {
	needsPostgreSQL(t)
	c := start(t, quick(ready(t)))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Close(ended); err != nil {
		t.Fatal(err)
	}
	if left := living(c.Folder()); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestRootDropsItsRights(t *testing.T) {
	needsPostgreSQL(t)
	c := start(t, quick(pgtest.Dir(t)))
	for _, pid := range append(living(c.Folder()), postmaster(t, c)) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(status)) {
			if f := strings.Fields(line); (f[0] == "Uid:" || f[0] == "Gid:") && strings.Contains(strings.Join(f, " ")+" ", " 0 ") {
				t.Errorf("process %d: %s", pid, line)
			}
		}
	}
	for _, folder := range []string{"", "data", "run"} {
		info, err := os.Stat(filepath.Join(c.Folder(), folder))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 || info.Sys().(*syscall.Stat_t).Uid == 0 {
			t.Errorf("%s has mode %o and owner %d", folder, info.Mode().Perm(), info.Sys().(*syscall.Stat_t).Uid)
		}
	}
}

func TestAFolderTheDatabaseCannotEnter(t *testing.T) {
	needsPostgreSQL(t)
	if os.Geteuid() != 0 {
		t.Skip("only root has a database user other than itself")
	}
	dir := pgtest.Dir(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := start(t, quick(dir))
	if filepath.Dir(c.Folder()) != "/var/lib/sitmap" {
		t.Errorf("the cluster is in %s", c.Folder())
	}
	query(t, c.URL(), "CREATE TABLE kept AS SELECT 1 AS n")
	stop(t, c)
	t.Cleanup(func() {
		os.RemoveAll(c.Folder())
		os.Remove("/var/lib/sitmap") // only when empty
	})

	// Data that is there decides, whatever the permissions are by now.
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	again := start(t, quick(dir))
	if got := query(t, again.URL(), "SELECT n FROM kept"); got != "1" || again.Folder() != c.Folder() {
		t.Errorf("found %s in %s", got, again.Folder())
	}
	stop(t, again)
}

func TestOddFolders(t *testing.T) {
	needsPostgreSQL(t)
	for name, dir := range map[string]string{
		"far too long for a socket": strings.Repeat("long/", 30),
		"signs and blanks":          `a b/c,d/"e"/f'g/h%i/j\k`,
		"Chinese":                   "数据/武威",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := pgtest.Dir(t)
			c := start(t, quick(filepath.Join(base, dir)))
			if got := query(t, c.URL(), "SELECT 1"); got != "1" {
				t.Error(got)
			}
			if !strings.HasPrefix(c.Folder(), base) {
				t.Errorf("the cluster is in %s", c.Folder())
			}
			socket := query(t, c.AdminURL(), "SHOW unix_socket_directories")
			stop(t, c)
			if _, err := os.Stat(filepath.Join(strings.Trim(socket, `"`), ".s.PGSQL.5432")); err == nil {
				t.Errorf("the socket in %s is left", socket)
			}
			if strings.HasPrefix(socket, `"/run/`) || strings.HasPrefix(socket, `"/tmp/sitmap-`+"0") {
				if _, err := os.Stat(strings.Trim(socket, `"`)); err == nil {
					t.Errorf("%s is left", socket)
				}
			}
		})
	}
}
