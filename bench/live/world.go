package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sitmap/api/auth"
	"sitmap/data"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

const (
	// fleet is how many units there are: as many as the city has people on duty.
	fleet = 13_500
	// sourceName is the account that sends.
	sourceName = "bench"
	// firstNumber is the telephone number of the first unit's terminal.
	firstNumber = 20_000_000_001
)

// world is a served city under load.
type world struct {
	bench    *bench
	folder   string
	server   *exec.Cmd
	ended    chan struct{}
	log      string
	url      string // of HTTP
	mqtt     string // host:port, as the next two
	jt808    string
	profiles string
	opened   *data.Opened
	db       *pgxpool.Pool
	token    string // of the source
	units    []live.Unit
	index    map[string]int // of a unit, by its id
	numbers  map[string]uint64
	roads    []layers.Feature
	register *live.Register
	grids    *live.Grids
	version  string
	lastKept float64 // fixes, when last looked
	database string
}

// makeWorld fills a city, serves it, and declares who sends.
func (b *bench) makeWorld() (w *world, err error) {
	w = &world{bench: b, folder: filepath.Join(b.work, "city"), index: map[string]int{}, numbers: map[string]uint64{}}
	defer func() {
		if err != nil {
			w.close()
			w = nil
		}
	}()
	version, err := exec.CommandContext(b.ctx, b.sitmap, "version").Output()
	if err != nil {
		return w, fmt.Errorf("%s version: %w", b.sitmap, err)
	}
	w.version = strings.TrimSpace(string(version))
	b.say("a demo city of %d units", fleet)
	if _, err := os.Stat(w.folder); err == nil {
		b.say("  it is there already")
	} else if said, err := exec.CommandContext(b.ctx, b.sitmap, "demo", "--fleet", fmt.Sprint(fleet), "--var", w.folder).CombinedOutput(); err != nil {
		return w, fmt.Errorf("fill the city: %w: %s", err, tail(said))
	}
	if err := w.serve(); err != nil {
		return w, err
	}
	if w.opened, err = data.Open(b.ctx, data.Options{Var: w.folder, Catalog: catalog.All}); err != nil {
		return w, err
	}
	if w.db, err = pgxpool.New(b.ctx, w.opened.URL); err != nil {
		return w, err
	}
	if err := w.learn(); err != nil {
		return w, err
	}
	return w, w.declare()
}

// freeAddresses are addresses of the loopback on which nobody listens.
func freeAddresses(n int) (all []string, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all of them at the end, so that none comes twice
		all = append(all, l.Addr().String())
	}
	return all, nil
}

// serve starts the program and waits until it has read the city.
func (w *world) serve() error {
	at, err := freeAddresses(4)
	if err != nil {
		return err
	}
	w.url, w.mqtt, w.jt808, w.profiles = "http://"+at[0], at[1], at[2], at[3]
	w.log = filepath.Join(w.bench.work, "server.log")
	log, err := os.Create(w.log)
	if err != nil {
		return err
	}
	defer log.Close()
	w.server = exec.Command(w.bench.sitmap, "serve", "--var", w.folder, "--listen", strings.TrimPrefix(w.url, "http://"),
		"--mqtt", w.mqtt, "--jt808", w.jt808, "--profiles", w.profiles)
	w.server.Stdout, w.server.Stderr = log, log
	w.server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C at the terminal is for us
	if err := w.server.Start(); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	w.ended = make(chan struct{})
	go func() {
		_ = w.server.Wait()
		close(w.ended)
	}()
	return w.until(2*time.Minute, "it has read every layer", func() bool {
		text, _ := os.ReadFile(w.log)
		return strings.Count(string(text), "layer in memory") >= len(catalog.All)
	})
}

// until waits for something while the server lives.
func (w *world) until(limit time.Duration, what string, so func() bool) error {
	deadline := time.Now().Add(limit)
	for !so() {
		select {
		case <-w.bench.ctx.Done():
			return w.bench.ctx.Err()
		case <-w.ended:
			return fmt.Errorf("the server ended by itself: %s", w.said())
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("within %s not: %s: %s", limit, what, w.said())
		}
	}
	return nil
}

// said is the end of what the server said.
func (w *world) said() string {
	text, _ := os.ReadFile(w.log)
	return tail(text)
}

func tail(text []byte) string { return strings.TrimSpace(string(text[max(0, len(text)-600):])) }

// learn reads who the units are and where they can go.
func (w *world) learn() error {
	ctx, store := w.bench.ctx, w.opened.Store
	var grids []layers.Feature
	for _, want := range []struct {
		layer layers.Layer
		take  func(layers.Feature)
	}{
		{catalog.Unit, func(f layers.Feature) { w.units = append(w.units, live.UnitOf(f)) }},
		{catalog.Road, func(f layers.Feature) { w.roads = append(w.roads, f) }},
		{catalog.Grid, func(f layers.Feature) { grids = append(grids, f) }},
	} {
		err := store.Features(ctx, want.layer, layers.Query{}, access.System, func(f layers.Feature) error {
			want.take(f)
			return nil
		})
		if err != nil {
			return fmt.Errorf("layer %s: %w", want.layer.ID, err)
		}
	}
	w.grids = live.NewGrids(grids)
	for k, u := range w.units {
		w.index[u.ID] = k
		w.numbers[u.ID] = firstNumber + uint64(k)
	}
	now := time.Now()
	var err error
	if w.register, err = store.Register(ctx, layers.Window{From: now.Add(-time.Hour), To: now.Add(24 * time.Hour)}); err != nil {
		return err
	}
	var postgres string
	err = w.db.QueryRow(ctx, `select 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ' (shared_buffers ' || current_setting('shared_buffers') || ', fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit') || ')'`).Scan(&postgres)
	w.database = postgres
	return err
}

// account is a token of an account of that role and area, made for us.
func (w *world) account(name string, role access.Role, area string, tokens int) (all []string, err error) {
	ctx, store := w.bench.ctx, w.opened.Store
	id, err := store.AddAccount(ctx, name, role, area, "")
	if err != nil {
		return nil, err
	}
	for range tokens {
		token, hash := auth.NewToken()
		if _, err := store.AddToken(ctx, id, name, hash, time.Now().Add(24*time.Hour)); err != nil {
			return nil, err
		}
		all = append(all, token)
	}
	return all, nil
}

// declare makes the source, and waits until the server has heard of it.
func (w *world) declare() error {
	tokens, err := w.account(sourceName, access.Device, "", 1)
	if err != nil {
		return err
	}
	w.token = tokens[0]
	devices := map[string]string{}
	for unit, number := range w.numbers {
		devices[fmt.Sprint(number)] = unit
	}
	err = w.opened.Store.SetFixSource(w.bench.ctx, live.Source{ID: sourceName, CRS: geo.WGS84, Area: layers.Everywhere, Devices: devices})
	if err != nil {
		return err
	}
	d := newBatchDoor(w)
	defer d.Close()
	return w.until(time.Minute, "the source is known", func() bool {
		verdicts, _, err := d.Send(w.bench.ctx, []live.Fix{{Unit: "-", At: time.Now().UTC()}})
		return err == nil && verdicts[live.UnknownSource.String()] == 0
	})
}

// metrics are the server's own figures, by name with labels.
func (w *world) metrics() (map[string]float64, error) {
	answer, err := http.Get(w.url + "/metrics")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	all := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		cut := strings.LastIndexByte(strings.TrimSpace(line), ' ')
		var v float64
		if cut < 0 || line[0] == '#' {
			continue
		}
		if _, err := fmt.Sscan(line[cut+1:], &v); err == nil {
			all[line[:cut]] = v
		}
	}
	return all, nil
}

// written is how many fixes have come to the database.
func (w *world) written() (n int64, err error) {
	err = w.db.QueryRow(w.bench.ctx, `select coalesce(sum(fixes), 0)::bigint from fix_count where verdict in ($1, $2)`, int16(live.Kept), int16(live.Late)).Scan(&n)
	return n, err
}

// kept is how many fixes the server has answered as kept since it began.
func (w *world) kept() (int64, error) {
	all, err := w.metrics()
	return int64(all[`sitmap_fixes_total{verdict="kept"}`] + all[`sitmap_fixes_total{verdict="late"}`]), err
}

// behind is how many answered fixes have not come to the database yet.
func (w *world) behind() (int64, error) {
	kept, err := w.kept()
	if err != nil {
		return 0, err
	}
	written, err := w.written()
	return max(0, kept-written), err
}

// settle waits until the database has everything, and tells how many fixes a
// second it wrote meanwhile.
func (w *world) settle(limit time.Duration) (rate float64, err error) {
	first, err := w.written()
	if err != nil {
		return 0, err
	}
	began, last := time.Now(), first
	err = w.until(limit, "the database has all fixes", func() bool {
		n, failed := w.behind()
		if failed == nil && n > 0 {
			last, _ = w.written()
		}
		return failed == nil && n == 0
	})
	if took := time.Since(began).Seconds(); last > first && took > 1 {
		rate = float64(last-first) / took
	}
	return rate, err
}

func (w *world) close() {
	if w.db != nil {
		w.db.Close()
	}
	if w.opened != nil {
		_ = w.opened.Close(context.Background())
	}
	if w.server == nil {
		return
	}
	_ = w.server.Process.Signal(syscall.SIGTERM)
	select {
	case <-w.ended:
	case <-time.After(30 * time.Second):
		_ = w.server.Process.Kill()
		<-w.ended
	}
}
