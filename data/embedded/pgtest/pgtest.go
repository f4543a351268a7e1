// Package pgtest gives tests a real PostgreSQL with PostGIS: a database of its own
// for each test, in one cluster that all packages under test share.
//
// The first test process that asks starts the cluster; a small watchman outside the
// test processes stops it and removes its data when the last of them has ended, in
// whatever way, a kill -9 included. So nothing needs to be set up or torn down, also
// when a single package is tested. With SITMAP_TEST_PG set, the cluster lies in that
// folder, else in a folder of the user and checkout below the temporary folder.
//
// fsync is off in this cluster and nowhere else. Where PostgreSQL or PostGIS is
// missing, tests fail and say the cure; with -short they are skipped.
//
// The cluster's few goroutines live as long as the process; a test that looks for leaked
// ones has to call [Database] before it notes those there are (goleak.IgnoreCurrent).
package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sitmap/data/embedded"
)

// URL gives the test an empty database with PostGIS, dropped when the test ends. It is
// a URL for pgx and libpq; its role owns the database and may create others.
func URL(t testing.TB) string {
	t.Helper()
	return Database(t, "", nil)
}

// Database gives the test a copy of the database that fill makes, dropped when the test
// ends. fill runs once for each key in a run of the tests, however many packages use
// it, on an empty database with PostGIS; it must close its connections. The key has to
// change with whatever fill does: put a hash of the migrations or the seed into it.
func Database(t testing.TB, key string, fill func(ctx context.Context, url string) error) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs PostgreSQL, which -short leaves out")
	}
	c, err := cluster()
	if err != nil {
		t.Fatal(err)
	}
	template := "template1"
	if fill != nil {
		if template, err = c.template(t.Context(), key, fill); err != nil {
			t.Fatalf("template %q: %v", key, err)
		}
	}
	name := fmt.Sprintf("t_%d_%d", os.Getpid(), c.databases.Add(1))
	if err := c.sql(t.Context(), fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE %s STRATEGY file_copy", name, embedded.Role, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.sql(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}

// Dir is an empty folder for a cluster of the test's own: one that the database's user
// can enter also when the tests run as root, which t.TempDir() is not. It is removed when
// the test ends; stop the cluster before.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sitmap-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// running is the cluster as this process uses it.
type running struct {
	*embedded.Cluster
	dir       string
	databases atomic.Int64
}

// cluster is used from the first call until the process ends; the kernel then lets go
// of its locks. There is one per process because a cluster takes seconds to make.
var cluster = sync.OnceValues(func() (*running, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c, err := embedded.Join(ctx, embedded.Options{
		Dir:            dir,
		MaxConnections: 300,
		Unsafe:         true,
		Log:            slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return nil, err
	}
	return &running{Cluster: c, dir: dir}, watchman(dir, c.Folder())
})

// folder is where the cluster lies: known to all packages of one run.
func folder() (string, error) {
	if dir := os.Getenv("SITMAP_TEST_PG"); dir != "" {
		return dir, nil
	}
	checkout, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for d := checkout; d != filepath.Dir(d); d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			checkout = d
		}
	}
	sum := sha256.Sum256([]byte(checkout))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("sitmap-test-%d-%s", os.Getuid(), hex.EncodeToString(sum[:4])))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() {
		return "", fmt.Errorf("%s is not a folder of ours; remove it", dir)
	}
	return dir, nil
}

// watch waits until no process uses the cluster any more (see embedded), stops it as a
// power cut would, since nobody needs it afterwards, and removes it. It is a shell
// script because it has to outlive every test process. $1 is the folder of the locks, $2
// the cluster's.
const watch = `
exec 8>"$1/watchman" && flock -n 8 || exit 0
exec 9>"$1/use" && flock -x 9
pid=$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF "$2/data"; then
	kill -QUIT "$pid"
	while [ -s "/proc/$pid/cmdline" ] && [ -e "/proc/$pid/exe" ]; do sleep 0.05; done
fi
rm -rf "$2"
`

// watchman starts the script above; where it runs already, the second one ends at once.
func watchman(dir, folder string) error {
	cmd := exec.Command("/bin/sh", "-c", watch, "sitmap-test-watchman", filepath.Join(dir, "lock"), folder)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}

// template is the name of the database that fill has made for the key.
func (c *running) template(ctx context.Context, key string, fill func(context.Context, string) error) (string, error) {
	sum := sha256.Sum256([]byte(key))
	name := "template_" + hex.EncodeToString(sum[:8])
	lock, err := os.OpenFile(filepath.Join(c.dir, "lock", "template"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	found, err := c.query(ctx, "SELECT count(*) FROM pg_database WHERE datistemplate AND datname = '"+name+"'")
	if err != nil || found == "1" {
		return name, err
	}
	if err := c.sql(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "CREATE DATABASE "+name+" OWNER "+embedded.Role+" STRATEGY file_copy"); err != nil {
		return "", err
	}
	if err := fill(ctx, c.url(name)); err != nil {
		return "", err
	}
	return name, c.sql(ctx, "ALTER DATABASE "+name+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
}

// url is Cluster.URL for another database.
func (c *running) url(database string) string {
	return strings.Replace(c.URL(), "/"+embedded.Database+"?", "/"+database+"?", 1)
}

// sql runs statements as the superuser, each in a transaction of its own.
func (c *running) sql(ctx context.Context, statements ...string) error {
	_, err := c.query(ctx, statements...)
	return err
}

func (c *running) query(ctx context.Context, statements ...string) (string, error) {
	args := []string{"--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--dbname", c.AdminURL()}
	for _, s := range statements {
		args = append(args, "--command", s)
	}
	cmd := exec.CommandContext(ctx, c.Binaries().Path("psql"), args...)
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c client_min_messages=warning")
	out, err := cmd.CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(statements, "; "), err, text)
	}
	return text, nil
}
