package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/api/auth"
	"sitmap/api/sender"
	"sitmap/data"
	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// asProgram makes the test's program the real one, with its arguments; "unsynced"
// makes it one whose buffer answers too early.
const asProgram = "SITMAP_TEST_PROGRAM"

func init() {
	how := os.Getenv(asProgram)
	if how == "" {
		return
	}
	answersUnsynced = how == "unsynced"
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends, in whatever way
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:], strings.NewReader(""), os.Stdout, os.Stderr))
}

const (
	townUnits   = 200
	townSenders = 4
	// marker is the unit whose fix, once it is in the database, tells that all
	// before it are.
	marker = "MARK"
)

// town is the folder of a small city, ready to be served.
type town struct {
	folder string
	token  string // of the source of positions
	reader string // of an analyst
}

// newTown makes a town in a folder that the database's user can enter.
func newTown(t *testing.T) town {
	t.Helper()
	made := town{folder: filepath.Join(pgtest.Dir(t), "town")}
	ctx := t.Context()
	opened, err := data.Open(ctx, data.Options{Var: made.folder, Serve: true, Catalog: catalog.All, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := opened.Close(context.WithoutCancel(ctx)); err != nil {
			t.Fatal(err)
		}
	}()
	square := orb.Polygon{{{102, 37}, {104, 37}, {104, 39}, {102, 39}, {102, 37}}}
	city := layers.Feature{ID: demoCity, Geometry: square, Properties: map[string]any{"code": demoCity, "name": "武威市", "level": "city", "time_zone": "Asia/Shanghai"}}
	var units []layers.Feature
	var duties []live.Duty
	for k := range townUnits + 1 {
		id := unitName(k)
		if k == townUnits {
			id = marker
		}
		units = append(units, layers.Feature{ID: id, Geometry: orb.Point{103, 38},
			Properties: map[string]any{"name": id, "call_sign": id, "force": "staff", "kind": "foot", "headcount": int64(3)}})
		duties = append(duties, live.Duty{Unit: id, To: 1440, Days: live.Daily})
	}
	err = errors.Join(storeDemoLayer(ctx, opened.Store, 1, "area", []layers.Feature{city}, nil), storeDemoLayer(ctx, opened.Store, 1, "unit", units, nil),
		opened.Store.SetDuties(ctx, duties))
	if err != nil {
		t.Fatal(err)
	}
	if made.token, err = simulatorToken(ctx, opened.Store, live.Source{ID: plainSource, CRS: geo.WGS84}); err != nil {
		t.Fatal(err)
	}
	analyst, err := programAccount(ctx, opened.Store, "reader", access.Analyst, demoCity)
	if err != nil {
		t.Fatal(err)
	}
	reader, hash := auth.NewToken()
	if _, err := opened.Store.AddToken(ctx, analyst, "reader", hash, time.Now().AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	made.reader = reader
	return made
}

func unitName(k int) string { return fmt.Sprintf("U%03d", k) }

// copyTo copies the town into a folder.
func (m town) copyTo(t *testing.T, folder string) {
	t.Helper()
	if out, err := exec.Command("cp", "--archive", m.folder+"/.", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// server is the real program serving a town, with senders who never stop.
type server struct {
	t       *testing.T
	town    town
	folder  string // --var
	address string
	how     string // of asProgram
	child   *exec.Cmd
	ended   chan error
	output  *lines

	mu       sync.Mutex
	next     uint64 // number of the next fix
	answered map[uint64]bool
	refused  int
	wrong    error
}

// newServer prepares the program on that folder.
func newServer(t *testing.T, town town, folder, how string) *server {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return &server{t: t, town: town, folder: folder, address: free.Addr().String(), how: how, answered: map[uint64]bool{}}
}

// start starts the program.
func (s *server) start() {
	s.t.Helper()
	s.child, s.ended, s.output = exec.Command(os.Args[0], "serve", "--listen", s.address, "--var", s.folder), make(chan error, 1), &lines{}
	s.child.Env = append(os.Environ(), asProgram+"="+s.how)
	s.child.Stdout, s.child.Stderr = s.output, s.output
	if _, err := s.child.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.child.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func(c *exec.Cmd, ended chan error) { ended <- c.Wait() }(s.child, s.ended)
}

// said is what the program has said, but for the requests.
func (s *server) said() string {
	var all strings.Builder
	for line := range strings.Lines(s.output.String()) {
		if !strings.Contains(line, " msg=request ") {
			all.WriteString(line)
		}
	}
	return all.String()
}

// stop stops the program as an administrator does.
func (s *server) stop() {
	s.t.Helper()
	_ = s.child.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(2 * time.Minute):
		s.t.Fatalf("the server does not stop:\n%s", s.said())
	}
}

// send lets senders send until ctx ends, each again and again what was not answered.
func (s *server) send(ctx context.Context, work *sync.WaitGroup) {
	for k := range townSenders {
		work.Go(func() {
			door := sender.New("http://"+s.address, s.town.token)
			defer door.Close()
			for ctx.Err() == nil {
				var fixes []live.Fix
				for unit := k; unit < townUnits; unit += townSenders {
					fixes = append(fixes, s.fix(unitName(unit)))
				}
				s.deliver(ctx, door, fixes)
				select {
				case <-ctx.Done():
				case <-time.After(50 * time.Millisecond):
				}
			}
		})
	}
}

// fix is a fix of the unit with a number of its own.
func (s *server) fix(unit string) live.Fix {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return live.Fix{Unit: unit, Seq: s.next, At: time.Now().UTC(), Point: orb.Point{103, 38}, Speed: 1, Heading: 90, Accuracy: 5, Battery: 1}
}

// deliver sends the fixes until they are answered, and remembers that they were.
func (s *server) deliver(ctx context.Context, door *sender.Sender, fixes []live.Fix) {
	verdicts, refused, err := door.Send(ctx, fixes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused += refused
	switch {
	case ctx.Err() != nil && err != nil:
	case err != nil:
		s.wrong = err
	case verdicts["kept"]+verdicts["known"] != len(fixes):
		s.wrong = fmt.Errorf("%d fixes are answered %v", len(fixes), verdicts)
	default:
		for _, f := range fixes {
			s.answered[f.Seq] = true
		}
	}
}

// sure gives the numbers of the fixes that are answered by now.
func (s *server) sure() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wrong != nil {
		s.t.Fatalf("a sender was told: %v", s.wrong)
	}
	all := make([]uint64, 0, len(s.answered))
	for seq := range s.answered {
		all = append(all, seq)
	}
	return all
}

// caughtUp returns when everything that was answered before the call is in the
// database, if it ever will be: when a fix that is sent now is.
func (s *server) caughtUp() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	last := s.fix(marker)
	answered := make(chan struct{})
	go func() {
		door := sender.New("http://"+s.address, s.town.token)
		defer door.Close()
		s.deliver(ctx, door, []live.Fix{last})
		close(answered)
	}()
	select {
	case <-answered:
	case err := <-s.ended:
		s.t.Fatalf("the server has ended: %v\n%s", err, s.said())
	}
	for there := false; !there; time.Sleep(20 * time.Millisecond) {
		if ctx.Err() != nil {
			s.t.Fatalf("fix %d is not in the database:\n%s", last.Seq, s.said())
		}
		_ = s.query(ctx, `select exists (select from position where unit = $1 and seq = $2)`, []any{marker, int64(last.Seq)}, func(r pgx.Rows) error { return r.Scan(&there) })
	}
}

// url is the private database, for that role.
func (s *server) url(role string) string {
	return fmt.Sprintf("postgres:///%s?host=%s&user=%s&sslmode=disable", embedded.Database, filepath.Join(s.folder, "postgres", "run"), role)
}

func (s *server) query(ctx context.Context, sql string, args []any, row func(pgx.Rows) error) error {
	conn, err := pgx.Connect(ctx, s.url(embedded.Role))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// missing counts the fixes of the list that are not in the database, and those of
// all that are there more than once.
func (s *server) missing(sure []uint64) (lost, twice int) {
	s.t.Helper()
	found := map[uint64]int{}
	err := s.query(s.t.Context(), `select seq from position`, nil, func(r pgx.Rows) error {
		var seq int64
		err := r.Scan(&seq)
		found[uint64(seq)]++
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, seq := range sure {
		if found[seq] == 0 {
			lost++
		}
	}
	for _, n := range found {
		if n > 1 {
			twice++
		}
	}
	return lost, twice
}

// sound lets pg_amcheck look at every table and index.
func (s *server) sound() {
	s.t.Helper()
	binaries, err := embedded.FindBinaries(s.t.Context(), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := exec.CommandContext(s.t.Context(), binaries.Path("pg_amcheck"), "--install-missing", "--heapallindexed", "--parent-check",
		"--host", filepath.Join(s.folder, "postgres", "run"), "--username", embedded.Superuser, "--database", embedded.Database).CombinedOutput()
	if err != nil {
		s.t.Errorf("pg_amcheck: %v\n%s", err, out)
	}
}
