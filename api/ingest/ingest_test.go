package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/live"
)

// town is a city with one source for each way to come in. It takes fixes as a
// gate would whose log can be stopped.
type town struct {
	mu      sync.Mutex
	sources map[string]live.Source // by secret
	kept    []live.Fix
	by      []string // the source of each
	down    bool
	pause   time.Duration // until a fix is durable
	verdict live.Verdict
	gate    chan struct{} // unless nil, nothing is durable before it is closed
	calls   int           // how often fixes were received
	most    int           // most fixes at once
}

const (
	gatewaySecret = "gateway-secret"
	otherSecret   = "other-secret"
	// As in go-jt808's examples: the telephone 12345678901 registers as terminal 7654321.
	phone2013, terminal2013 = "12345678901", "7654321"
	phone2019               = "17299841738"
)

func newTown() *town {
	return &town{verdict: live.Kept, sources: map[string]live.Source{
		gatewaySecret: {ID: "gateway", CRS: geo.WGS84, Devices: map[string]string{
			phone2013 + "/" + terminal2013: "U1", phone2019: "U2", "phone-a": "U3",
		}},
		otherSecret: {ID: "other", CRS: geo.GCJ02},
	}}
}

func (w *town) Source(_ context.Context, secret, _ string) (live.Source, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.sources[secret]; ok {
		return s, nil
	}
	return live.Source{}, fmt.Errorf("credential: %w", layers.ErrNotFound)
}

func (w *town) Carrying(_ context.Context, device string) (live.Source, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sources {
		if _, ok := s.Devices[device]; ok {
			return s, nil
		}
	}
	return live.Source{}, fmt.Errorf("device: %w", layers.ErrNotFound)
}

func (w *town) Receive(_ context.Context, source string, fixes []live.Fix) ([]live.Verdict, error) {
	w.set(func(w *town) { w.calls, w.most = w.calls+1, max(w.most, len(fixes)) })
	if w.gate != nil {
		<-w.gate
	}
	time.Sleep(w.pause)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return nil, fmt.Errorf("the log: %w", layers.ErrUnavailable)
	}
	verdicts := make([]live.Verdict, len(fixes))
	for i, f := range fixes {
		verdicts[i] = w.verdict
		w.kept, w.by = append(w.kept, f), append(w.by, source)
	}
	return verdicts, nil
}

func (w *town) set(change func(*town)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

// fixes are those that were kept so far.
func (w *town) fixes() []live.Fix {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.kept)
}

func (w *town) doors() *Doors {
	return &Doors{Receiver: w, Sources: w, Batch: readUnits, Log: slog.New(slog.DiscardHandler), Counts: NewCounts()}
}

// readUnits stands for the reader of batches, which is not of this package: a list
// of names, each of a unit that is here.
func readUnits(body []byte) ([]live.Fix, error) {
	var names []string
	if err := json.Unmarshal(body, &names); err != nil {
		return nil, fmt.Errorf("no list: %w", layers.ErrInvalid)
	}
	fixes := make([]live.Fix, len(names))
	for i, name := range names {
		fixes[i] = placeFix(name)
	}
	return fixes, nil
}

// open serves until the test ends, and then sees that nothing is left running.
func open(t testing.TB, serve func(context.Context, net.Listener) error) (address string) {
	t.Helper()
	address, stop := begin(t, serve)
	t.Cleanup(stop)
	return address
}

// begin serves until it is stopped, and then sees that nothing is left running.
func begin(t testing.TB, serve func(context.Context, net.Listener) error) (address string, stop func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener) }()
	// The door is open when it and who will close it are at work.
	for i := 0; i < 500 && runtime.NumGoroutine() < before+2; i++ {
		time.Sleep(time.Millisecond)
	}
	return listener.Addr().String(), func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the door ended with %v", err)
		}
		settle(t, before)
	}
}

// settle waits until no more goroutines run than before.
func settle(t testing.TB, before int) {
	t.Helper()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("not within five seconds: %s", what)
}

// same compares fixes, in which what is unknown is NaN.
func same(t *testing.T, got, want live.Fix) {
	t.Helper()
	near := func(a, b float64) bool { return a != a && b != b || math.Abs(a-b) < 1e-9 }
	if got.Unit != want.Unit || got.Seq != want.Seq || !got.At.Equal(want.At) || got.SOS != want.SOS ||
		!near(got.Point[0], want.Point[0]) || !near(got.Point[1], want.Point[1]) || !near(got.Speed, want.Speed) ||
		!near(got.Heading, want.Heading) || !near(got.Accuracy, want.Accuracy) || !near(got.Battery, want.Battery) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// fix is a fix of which only place and time are known.
func fix(unit string, at time.Time, lon, lat float64) live.Fix {
	f := blank(at)
	f.Unit, f.Point = unit, orb.Point{lon, lat}
	return f
}
