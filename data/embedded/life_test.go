package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/layers"
)

func TestAKilledPostmasterIsStartedAgain(t *testing.T) {
	needsPostgreSQL(t)
	c := start(t, quick(ready(t)))
	query(t, c.URL(), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
	// A backend that is busy keeps hold of the shared memory: it does not look up to see
	// that the postmaster has died.
	busy := exec.Command(c.Binaries().Path("psql"), "-Xqd", c.URL(), "-c",
		"DO $$ BEGIN LOOP PERFORM sqrt(2); END LOOP; END $$")
	if err := busy.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = busy.Process.Kill()
		_ = busy.Wait()
	}()
	eventually(t, "a backend is busy", func() bool {
		return query(t, c.AdminURL(), "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'") == "1"
	})
	killed := postmaster(t, c)
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the cluster is ready again", func() bool { s := c.State(); return s.Ready && s.Restarts == 1 })
	if got := query(t, c.URL(), "SELECT sum(n) FROM kept"); got != "500500" {
		t.Errorf("sum %s", got)
	}
	if postmaster(t, c) == killed {
		t.Error("the same process")
	}
}

func TestAClusterThatCannotStartAgainSaysWhyAndGoesOnTrying(t *testing.T) {
	needsPostgreSQL(t)
	c := start(t, quick(ready(t)))
	control := filepath.Join(c.Folder(), "data", "global", "pg_control")
	if err := os.Rename(control, control+".away"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(postmaster(t, c), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the state names the damage", func() bool {
		f := c.State().Fault
		return f != nil && strings.Contains(f.What.En, "damaged") && errors.Is(f, layers.ErrUnavailable)
	})
	if err := os.Rename(control+".away", control); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it has started once the damage is gone", func() bool { return c.State().Ready })
}

// TestHelper is no test: it is the program that the tests below run as a process of its
// own, to be killed. It uses the cluster in the folder given and waits.
func TestHelper(t *testing.T) {
	dir := os.Getenv("SITMAP_TEST_HELPER")
	if dir == "" {
		t.Skip("only run by other tests")
	}
	use := embedded.Join
	if os.Getenv("SITMAP_TEST_SERVE") != "" {
		use = embedded.Start
	}
	c, err := use(t.Context(), embedded.Options{Dir: dir, Unsafe: true, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready", c.Folder(), postmaster(t, c))
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test closes it
	if err := c.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// helper is a running TestHelper.
type helper struct {
	cmd        *exec.Cmd
	stdin      io.Closer
	folder     string // of the cluster
	postmaster int
}

func runHelper(t *testing.T, dir string, serve bool, attr *syscall.SysProcAttr) *helper {
	t.Helper()
	program := os.Args[0]
	if attr != nil {
		program = forEverybody(t, program)
	}
	cmd := exec.Command(program, "-test.run=^TestHelper$", "-test.v")
	cmd.Env = append(os.Environ(), "SITMAP_TEST_HELPER="+dir)
	if serve {
		cmd.Env = append(cmd.Env, "SITMAP_TEST_SERVE=1")
	}
	cmd.SysProcAttr = attr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said, complaints strings.Builder // each written by one goroutine
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := &helper{cmd: cmd, stdin: stdin}
	t.Cleanup(func() { h.kill() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if rest, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			folder, pid, _ := strings.Cut(rest, " ")
			h.folder = folder
			h.postmaster, _ = strconv.Atoi(pid)
			go io.Copy(io.Discard, out)
			return h
		}
	}
	_ = cmd.Wait()
	t.Fatalf("the helper did not get ready:\n%s%s", said.String(), complaints.String())
	return nil
}

// forEverybody is a copy of a program that other users may run too.
func forEverybody(t *testing.T, program string) string {
	t.Helper()
	b, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(pgtest.Dir(t), "helper")
	if err := os.WriteFile(program, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return program
}

func (h *helper) kill() {
	_ = h.cmd.Process.Kill()
	_ = h.cmd.Wait()
}

func TestAKilledServerLeavesADatabaseThatTheNextOneTakesOver(t *testing.T) {
	needsPostgreSQL(t)
	dir := ready(t)
	h := runHelper(t, dir, true, nil)
	user := join(t, quick(dir))
	query(t, user.URL(), "CREATE TABLE kept AS SELECT 42 AS n")
	stop(t, user)
	h.kill()
	if len(living(h.folder)) == 0 {
		t.Fatal("the database died with its parent, so the test below shows nothing")
	}

	c := start(t, quick(dir))
	if got := query(t, c.URL(), "SELECT n FROM kept"); got != "42" {
		t.Errorf("kept %s", got)
	}
	if postmaster(t, c) == h.postmaster {
		t.Error("the orphan was adopted, not ended")
	}
	stop(t, c)
	if left := living(h.folder); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestServerAndDatabaseKilledTogether(t *testing.T) {
	needsPostgreSQL(t)
	dir := ready(t)
	h := runHelper(t, dir, true, nil)
	user := join(t, quick(dir))
	query(t, user.URL(), "CREATE TABLE kept AS SELECT 42 AS n")
	if err := syscall.Kill(h.postmaster, syscall.SIGSTOP); err != nil { // so that nobody may revive it first
		t.Fatal(err)
	}
	h.kill()
	if err := syscall.Kill(h.postmaster, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the command that still uses it starts it again", func() bool {
		s := user.State()
		return s.Ready && s.Restarts == 1
	})
	if got := query(t, user.URL(), "SELECT n FROM kept"); got != "42" {
		t.Errorf("kept %s", got)
	}
}

func TestANumberThatAnotherProcessGotIsNoServer(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	c := start(t, o)
	text, err := os.ReadFile(filepath.Join(c.Folder(), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	owner, err := os.Stat(filepath.Join(c.Folder(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	stop(t, c)

	// A process of the database's own user, which PostgreSQL itself would take for the server.
	id := owner.Sys().(*syscall.Stat_t)
	stranger := exec.Command("sleep", "1000")
	if os.Geteuid() == 0 {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id.Uid, Gid: id.Gid}}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stranger.Process.Kill(); stranger.Wait() }()
	_, rest, _ := strings.Cut(string(text), "\n")
	number := fmt.Sprintf("%d\n", stranger.Process.Pid)
	lock, pid := filepath.Join(c.Folder(), "run", ".s.PGSQL.5432.lock"), filepath.Join(c.Folder(), "data", "postmaster.pid")
	for what, left := range map[string]map[string]string{
		"whole":                   {pid: number + rest},
		"half written, and locks": {pid: number, lock: number + rest},
		"empty":                   {pid: ""},
		"a lock alone":            {lock: number + rest},
	} {
		for name, text := range left {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(name, int(id.Uid), int(id.Gid)); err != nil {
				t.Fatal(err)
			}
		}
		c, err := embedded.Start(t.Context(), o)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		stop(t, c)
	}
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger was ended: %v", err)
	}
}

func TestASecondServerIsRefused(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	c := start(t, o)
	_, err := embedded.Start(t.Context(), o)
	wantFault(t, err, layers.ErrConflict, "--var")
	if !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) || !strings.Contains(err.Error(), o.Dir) {
		t.Errorf("%v names neither process nor folder", err)
	}
	if got := query(t, c.URL(), "SELECT 1"); got != "1" {
		t.Errorf("the first server's database says %s", got)
	}
}

func TestCommandsJoinTheServersDatabase(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	server := start(t, o)
	command := join(t, o)
	if command.URL() != server.URL() {
		t.Errorf("%s and %s", command.URL(), server.URL())
	}
	stop(t, command)
	if got := query(t, server.URL(), "SELECT 1"); got != "1" {
		t.Errorf("after the command: %s", got)
	}
}

func TestCommandsShareADatabaseWithoutAServer(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(pgtest.Dir(t))
	clusters := make([]*embedded.Cluster, 4)
	var all sync.WaitGroup
	for i := range clusters {
		all.Go(func() {
			c, err := embedded.Join(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			clusters[i] = c
			if out, err := ask(t, c.URL(), fmt.Sprintf("CREATE TABLE t%d ()", i)); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	// The first to come started it; it goes on for the others when that one leaves.
	for i, c := range clusters {
		if got := query(t, c.URL(), "SELECT count(*) FROM pg_tables WHERE tablename ~ '^t[0-9]$'"); got != "4" {
			t.Errorf("command %d sees %s tables", i, got)
		}
		stop(t, c)
	}
	if left := living(clusters[0].Folder()); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestAServerStartsBesideACommandAndOutlivesIt(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	command := join(t, o)
	server := start(t, o)
	stop(t, command)
	if got := query(t, server.URL(), "SELECT 1"); got != "1" || !server.State().Ready {
		t.Errorf("after the command: %s, %+v", got, server.State())
	}
	// The process that started it is gone; the server notices a crash all the same.
	killed := postmaster(t, server)
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server starts it again", func() bool { s := server.State(); return s.Ready && s.Restarts == 1 })
}

func TestAServerThatEndsLeavesTheDatabaseToACommand(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	server := start(t, o)
	command := join(t, o)
	stop(t, server)
	if got := query(t, command.URL(), "SELECT 1"); got != "1" {
		t.Errorf("after the server: %s", got)
	}
	stop(t, command)
	if left := living(command.Folder()); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestAPortOfThisMachineWithAPassword(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	command := join(t, o) // without the port: the server has to wait for it
	begun := make(chan struct{})
	go func() {
		<-begun
		stop(t, command)
	}()
	o.Port = freePort(t)
	close(begun)
	server := start(t, o)

	pass := filepath.Join(o.Dir, "pgpass")
	info, err := os.Stat(pass)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	tcp := fmt.Sprintf("postgres://sitmap@127.0.0.1:%d/sitmap?passfile=%s", o.Port, pass)
	if got := query(t, tcp, "SELECT inet_server_addr()"); got != "127.0.0.1" {
		t.Errorf("over TCP: %s", got)
	}
	if got := query(t, server.URL(), "SELECT inet_server_addr() IS NULL"); got != "t" {
		t.Errorf("over the socket: %s", got)
	}
	for _, wrong := range []string{
		fmt.Sprintf("postgres://sitmap:wrong@127.0.0.1:%d/sitmap", o.Port),
		fmt.Sprintf("postgres://postgres@127.0.0.1:%d/sitmap?passfile=%s", o.Port, pass),
	} {
		if got, err := ask(t, wrong, "SELECT 1"); err == nil {
			t.Errorf("%s got in: %s", wrong, got)
		}
	}
	other := quick(pgtest.Dir(t))
	other.Port = o.Port
	_, err = embedded.Start(t.Context(), other)
	wantFault(t, err, layers.ErrConflict, "another one")
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
