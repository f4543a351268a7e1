package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/api/auth"
	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// asItself is the environment variable that makes the tests' program sitmap
// itself, so that it can be killed.
const asItself = "SITMAP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asItself) != "" {
		main()
	}
	os.Exit(m.Run())
}

// victim is a `sitmap serve` of its own process, with its private database and
// buffer, on the small city of the fault tests.
type victim struct {
	folder             string // --var
	http, mqtt, jt808  string // addresses, which stay
	database           string // URL
	cluster            string // folder
	tokens             map[string]string
	process            *exec.Cmd
	exited             chan struct{} // closed when it has ended
	output             *lines
	extra, environment []string
}

// The small city: ten by ten service grids of 0.005 degrees in one village, and
// units of three sources that walk there.
const (
	west, south, side = 102.6, 37.9, 0.005
	unitsEach         = 40
)

var faultSources = []string{"batch", "phones", "terminals"}

// walker is the id of a unit of a source.
func walker(source string, n int) string { return fmt.Sprintf("%s-%02d", source, n) }

// where a walker is at its n-th step: on its own parallel, to and fro by some
// four metres a step.
func where(unit, step int) orb.Point {
	const stride, reach = 0.00005, 0.046
	phase := math.Mod(stride*float64(step), 2*reach)
	if phase > reach {
		phase = 2*reach - phase
	}
	return orb.Point{west + 0.00102 + phase, // never on a border
		south + 0.0005 + 0.0012*float64(unit)}
}

// prober is the unit that stays where it is and reports all the time.
const prober = "prober"

// newVictim makes the small city, and its addresses; nothing runs yet.
func newVictim(t *testing.T) *victim {
	t.Helper()
	v := &victim{folder: filepath.Join(pgtest.Dir(t), "var"), tokens: map[string]string{}, output: &lines{}}
	for _, address := range []*string{&v.http, &v.mqtt, &v.jt808} {
		*address = freeAddress(t)
	}
	// Made without waiting for the disk; the server then runs it as ever.
	cluster, err := embedded.Start(t.Context(), embedded.Options{Dir: v.folder, Unsafe: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	v.database, v.cluster = cluster.URL(), cluster.Folder()
	if err := v.fill(t.Context()); err != nil {
		t.Error(err)
	}
	if err := cluster.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(func() { v.stop(t) })
	return v
}

// freeAddress is one of the loopback where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func (v *victim) fill(ctx context.Context) error {
	store, err := postgis.Open(ctx, v.database, catalog.All)
	if err != nil {
		return err
	}
	defer store.Close()
	box := func(w, s, size float64) orb.Geometry {
		return orb.MultiPolygon{orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{w + size, s + size}}.ToPolygon()}
	}
	var areas, grids, units []layers.Feature
	for _, a := range []struct{ code, level, parent string }{{"6206", "city", ""}, {"620602", "county", "6206"}, {"620602001", "township", "620602"}, {"620602001001", "village", "620602001"}} {
		props := map[string]any{"code": a.code, "name": "地" + a.code, "level": a.level}
		if a.parent == "" {
			props["time_zone"] = "Asia/Shanghai"
		} else {
			props["parent"] = a.parent
		}
		areas = append(areas, layers.Feature{ID: a.code, Geometry: box(west, south, 10*side), Properties: props})
	}
	for x := range 10 {
		for y := range 10 {
			grids = append(grids, layers.Feature{ID: fmt.Sprintf("620602001001%03d", 10*x+y), Geometry: box(west+side*float64(x), south+side*float64(y), side),
				Properties: map[string]any{"name": "网格", "setting": "urban"}})
		}
	}
	var duties []live.Duty
	add := func(id string, n int) {
		units = append(units, layers.Feature{ID: id, Geometry: where(n, 0), Properties: map[string]any{"name": id, "call_sign": id, "force": "staff", "kind": "foot", "headcount": int64(3)}})
		duties = append(duties, live.Duty{Unit: id, To: 1440, Days: live.Daily})
	}
	add(prober, 0)
	for k, name := range faultSources {
		devices := map[string]string{}
		for n := range unitsEach {
			add(walker(name, n), n)
			devices[fmt.Sprint(firstNumber+uint64(n))] = walker(name, n)
		}
		if name != "terminals" {
			devices = nil
		}
		account, err := programAccount(ctx, store, name, access.Device, "")
		if err != nil {
			return err
		}
		token, hash := auth.NewToken()
		if _, err := store.AddToken(ctx, account, name, hash, time.Now().AddDate(0, 0, 1)); err != nil {
			return err
		}
		v.tokens[faultSources[k]] = token
		if err := store.SetFixSource(ctx, live.Source{ID: name, CRS: geo.WGS84, Area: layers.Everywhere, Devices: devices}); err != nil {
			return err
		}
	}
	for _, one := range []struct {
		batch    layers.Batch
		features []layers.Feature
	}{{layers.Batch{Layer: "area"}, areas}, {layers.Batch{Layer: "grid", City: "6206"}, grids}, {layers.Batch{Layer: "unit", City: "6206"}, units}} {
		if err := put(ctx, store, one.batch, one.features); err != nil {
			return fmt.Errorf("layer %s: %w", one.batch.Layer, err)
		}
	}
	if v.tokens["chief"], err = readerToken(ctx, store); err != nil {
		return err
	}
	return store.SetDuties(ctx, duties)
}

// readerToken is of a dispatcher of the whole city.
func readerToken(ctx context.Context, store *postgis.Store) (string, error) {
	account, err := programAccount(ctx, store, "chief", access.Dispatcher, "6206")
	if err != nil {
		return "", err
	}
	token, hash := auth.NewToken()
	_, err = store.AddToken(ctx, account, "chief", hash, time.Now().AddDate(0, 0, 1))
	return token, err
}

func put(ctx context.Context, store *postgis.Store, b layers.Batch, features []layers.Feature) error {
	batch, err := store.Begin(ctx, b)
	if err != nil {
		return err
	}
	staged := make([]layers.Staged, len(features))
	for k, f := range features {
		staged[k] = layers.Staged{Row: k + 1, Feature: f}
	}
	if err := batch.Put(ctx, staged); err != nil {
		return err
	}
	if problems, err := batch.Check(ctx); err != nil || len(problems) > 0 {
		return fmt.Errorf("%v, %w", problems, err)
	}
	_, err = batch.Apply(ctx)
	return err
}

// start starts the server, and does not wait for it.
func (v *victim) start(t *testing.T) {
	t.Helper()
	args := append([]string{"serve", "--listen", v.http, "--mqtt", v.mqtt, "--jt808", v.jt808, "--var", v.folder}, v.extra...)
	v.process = exec.Command(os.Args[0], args...)
	v.process.Env = append(append(os.Environ(), asItself+"=1"), v.environment...)
	v.process.Stdout, v.process.Stderr = v.output, v.output
	if err := v.process.Start(); err != nil {
		t.Fatal(err)
	}
	exited, process := make(chan struct{}), v.process
	v.exited = exited
	go func() {
		_ = process.Wait()
		close(exited)
	}()
}

// awaitReady waits until the server says that it is ready.
func (v *victim) awaitReady(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ready("http://" + v.http); time.Sleep(50 * time.Millisecond) {
		select {
		case <-v.exited:
			t.Fatalf("the server ended:\n%s", v.tail())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("the server is not ready:\n%s", v.tail())
		}
	}
}

// tail is the end of what the server said.
func (v *victim) tail() string {
	text := v.output.String()
	return text[max(0, len(text)-4000):]
}

// kill ends the server as the kernel does, and returns when it is gone.
func (v *victim) kill() {
	_ = v.process.Process.Kill()
	<-v.exited
}

// stop ends the server as Ctrl-C does, and its database with it.
func (v *victim) stop(t *testing.T) {
	t.Helper()
	if v.process == nil {
		return
	}
	_ = v.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-v.exited:
	case <-time.After(time.Minute):
		t.Errorf("the server does not stop:\n%s", v.tail())
		v.kill()
	}
	v.process = nil
}

// postmaster is the number of PostgreSQL's first process; 0 when there is none.
func (v *victim) postmaster() (pid int) {
	text, _ := os.ReadFile(filepath.Join(v.cluster, "data", "postmaster.pid"))
	_, _ = fmt.Sscan(string(text), &pid)
	return pid
}

// backends are the other processes of PostgreSQL.
func (v *victim) backends() (pids []int) {
	parent := v.postmaster()
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		var pid, of int
		_, rest, _ := strings.Cut(string(text), ") ")
		var state string
		_, _ = fmt.Sscan(string(text), &pid)
		if _, err := fmt.Sscan(rest, &state, &of); err == nil && of == parent && parent != 0 {
			pids = append(pids, pid)
		}
	}
	return pids
}

// query asks the victim's database for one value.
func query[T any](ctx context.Context, v *victim, sql string, args ...any) (value T, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, v.database)
	if err != nil {
		return value, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = conn.QueryRow(ctx, sql, args...).Scan(&value)
	return value, err
}
