package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// recorder is a log in memory, which can be out of order.
type recorder struct {
	mu      sync.Mutex
	broken  bool
	records []Record
}

func (r *recorder) Append(_ context.Context, records []Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return fmt.Errorf("log: %w", layers.ErrUnavailable)
	}
	r.records = append(r.records, records...)
	return nil
}

func openGate() (*Gate, *recorder) {
	log := &recorder{}
	g := NewGate(log, Limits{}, func() time.Time { return noon })
	g.Learn(register())
	return g, log
}

func TestTheGateAnswersEachFix(t *testing.T) {
	g, log := openGate()
	got, err := g.Receive(t.Context(), "app", []Fix{
		fix("foot", 1, noon, square), fix("foot", 1, noon, square), fix("ghost", 1, noon, square),
		fix("resting", 1, noon, square), fix("resting", 2, noon, square), fix("car", 1, noon.AddDate(1, 0, 0), square),
	})
	want := []Verdict{Kept, Known, UnknownUnit, OffShift, OffShift, Future}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v %v, want %v", got, err, want)
	}
	if len(log.records) != 4 {
		t.Fatalf("%d records, want two fixes and two counts: %v", len(log.records), log.records)
	}
	for _, r := range log.records[2:] {
		if r.Fix != (Fix{}) || r.Count != map[Verdict]int{UnknownUnit: 1, OffShift: 2}[r.Verdict] {
			t.Errorf("counted %v", r)
		}
	}
	if n := g.Counts(); n[OffShift] != 2 || n[Kept] != 1 || n[Known] != 1 {
		t.Errorf("counts %v", n)
	}
}

// An SOS alarms whoever sends it, and off shift without the place.
func TestAnSOSAlwaysAlarms(t *testing.T) {
	for _, c := range []struct {
		source, unit string
		at           time.Time
		want         Verdict
	}{
		{"app", "foot", noon, Kept}, {"app", "resting", noon, OffShift}, {"app", "gate", noon, Alone}, {"app", "ghost", noon, UnknownUnit},
		{"nobody", "foot", noon, UnknownSource}, {"app", "foot", noon.AddDate(-1, 0, 0), Past}, {"app", "", noon, Malformed},
		{"app", "foot", noon.Add(time.Hour), Future}, {"app", "foot", noon.Add(-time.Hour), Late}, {"app", "foot", noon.AddDate(1, 0, 0), Future},
		{"one", "foot", noon, UnknownUnit}, {"app", "foot", time.Time{}, Malformed}, {"shifted", "car", noon, Outside}, {"app", "car", noon, TooFast},
	} {
		g, log := openGate()
		f := fix(c.unit, 1, c.at, square)
		switch c.want {
		case Outside:
			f.Point = orb.Point{2.3522, 48.8566}
		case TooFast: // a moment ago it was a hundred kilometres from there
			if got, err := g.Receive(t.Context(), c.source, []Fix{fix(c.unit, 0, noon.Add(-time.Second), orb.Point{103.8, 37.929})}); err != nil || got[0] != Kept {
				t.Fatal(got, err)
			}
			log.records = nil
		}
		f.SOS = true
		got, err := g.Receive(t.Context(), c.source, []Fix{f})
		if err != nil || got[0] != c.want {
			t.Errorf("%s of %s: %v %v, want %s", c.unit, c.source, got, err, c.want)
			continue
		}
		if len(log.records) != 1 || !log.records[0].Fix.SOS || log.records[0].Fix.Unit != c.unit || log.records[0].Verdict != c.want {
			t.Errorf("%s of %s leaves %v", c.unit, c.source, log.records)
		} else if p := log.records[0].Fix.Point; (p != orb.Point{}) != c.want.Stored() {
			t.Errorf("%s (%s) keeps the place %v", c.unit, c.want, p)
		}
	}
}

// Somebody who proved nothing is heard by those who answer for the whole city, as
// unknown and nowhere.
func TestACryOfSomebodyUnknown(t *testing.T) {
	g, log := openGate()
	if err := g.Cry(t.Context(), "jt808:13900000001\x00"); err != nil || len(log.records) != 1 {
		t.Fatal(err, log.records)
	}
	b := openBoard()
	b.Take(log.records)
	b.Tick(noon)
	calls, _, _ := b.Calls(0, county("6206"))
	if len(calls) != 1 || calls[0].Known || calls[0].Verdict != Unproven || calls[0].Point != (orb.Point{}) || calls[0].Alarm.Unit != "jt808:13900000001" {
		t.Errorf("the city hears %+v", calls)
	}
	if calls, _, _ := b.Calls(0, county("620602")); len(calls) != 0 {
		t.Errorf("a county hears %+v", calls)
	}
	log.broken = true
	if err := g.Cry(t.Context(), "jt808:1"); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("not durable: %v", err)
	}
}

// What cannot be made durable is not answered, and is new when it comes again.
func TestNothingIsPromisedWithoutTheLog(t *testing.T) {
	g, log := openGate()
	log.broken = true
	batch := []Fix{fix("foot", 1, noon, square)}
	if _, err := g.Receive(t.Context(), "app", batch); !errors.Is(err, layers.ErrUnavailable) {
		t.Fatalf("a broken log: %v", err)
	}
	if n := g.Counts()[Kept]; n != 0 {
		t.Errorf("%d counted", n)
	}
	log.broken = false
	if got, err := g.Receive(t.Context(), "app", batch); err != nil || got[0] != Kept {
		t.Errorf("again: %v %v", got, err)
	}
	blank := NewGate(log, Limits{}, time.Now)
	if _, err := blank.Receive(t.Context(), "app", batch); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("a gate that knows nobody: %v", err)
	}
}

// Many at once agree with one after another: every fix once.
func TestManySendAtOnce(t *testing.T) {
	g, log := openGate()
	var work sync.WaitGroup
	for sender := range 8 {
		work.Go(func() {
			for k := range 50 {
				if _, err := g.Receive(t.Context(), "app", []Fix{fix("foot", uint64(1000*sender+k), noon, square)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	if n := g.Counts()[Kept]; n != 400 || len(log.records) != 400 {
		t.Errorf("%d kept, %d records, want 400", n, len(log.records))
	}
}

func BenchmarkReceive(b *testing.B) {
	g := NewGate(&discard{}, Limits{}, func() time.Time { return noon })
	var all []Unit
	var shifts []Shift
	batch := make([]Fix, 500)
	for k := range batch {
		id := fmt.Sprintf("u%d", k)
		all = append(all, Unit{ID: id, Headcount: 2, Area: 620602001001001})
		shifts = append(shifts, Shift{Unit: id, From: noon.Add(-time.Hour), To: noon.Add(time.Hour)})
	}
	g.Learn(NewRegister([]Source{{ID: "app", CRS: "EPSG:4326", Area: layers.Everywhere}}, all, shifts, City{Bounds: cityBounds, Range: county("6206")}))
	for n := uint64(0); b.Loop(); n++ {
		for k := range batch {
			batch[k] = fix(all[k].ID, n, noon, square)
		}
		if _, err := g.Receive(b.Context(), "app", batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/fix")
}

type discard struct{}

func (discard) Append(context.Context, []Record) error { return nil }
