package live

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/layers"
)

func openBoard() *Board {
	b := NewBoard(nil)
	b.Learn(register())
	b.Tick(noon)
	return b
}

// seen is a kept record of a unit, so many seconds after noon, so many metres
// east of the square.
func seen(unit string, seconds int, metres float64) Record {
	at := noon.Add(time.Duration(seconds) * time.Second)
	return Record{Source: "app", Verdict: Kept, Received: at, Fix: fix(unit, uint64(seconds), at, orbgeo.PointAtBearingAndDistance(square, 90, metres))}
}

func sos(r Record) Record {
	r.Fix.SOS = true
	return r
}

func stateOf(t *testing.T, b *Board, unit string) Seen {
	t.Helper()
	for _, s := range b.All(layers.Everywhere) {
		if s.Unit.ID == unit {
			return s
		}
	}
	t.Fatalf("no unit %s", unit)
	return Seen{}
}

// A unit goes through all states; each step is at so many seconds after noon.
func TestStatesOfAUnit(t *testing.T) {
	b := openBoard()
	for unit, want := range map[string]State{"foot": Silent, "gate": Post, "resting": Off} {
		if s := stateOf(t, b, unit); s.State != want {
			t.Errorf("%s begins as %s, want %s", unit, s.State, want)
		}
	}
	for _, step := range []struct {
		second int
		record *Record
		want   State
	}{
		{0, new(seen("foot", 0, 0)), OnDuty},
		{60, new(seen("foot", 60, 100)), Moving},
		{120, new(seen("foot", 120, 200)), Moving},
		{200, new(seen("foot", 200, 230)), Moving},
		{300, new(seen("foot", 300, 190)), Dwelling}, // within 60 m of 200 for three minutes
		{310, new(seen("foot", 310, 300)), Moving},
		{620, nil, Silent}, // five minutes and more
		{630, new(sos(seen("foot", 630, 300))), SOS},
		{640, new(Record{Source: "wang", Received: noon.Add(640 * time.Second), Act: Acknowledge, Fix: Fix{Unit: "foot"}}), SOS},
		{650, new(Record{Source: "wang", Received: noon.Add(650 * time.Second), Act: Close, Note: "false alarm", Fix: Fix{Unit: "foot"}}), Dwelling},
		{4 * 3600, new(seen("foot", 4*3600, 0)), Off}, // the shift is over
	} {
		if step.record != nil {
			b.Take([]Record{*step.record})
		}
		b.Tick(noon.Add(time.Duration(step.second) * time.Second))
		if s := stateOf(t, b, "foot"); s.State != step.want {
			t.Errorf("at %d s it is %s, want %s", step.second, s.State, step.want)
		}
	}
	if s := stateOf(t, b, "foot"); s.Fix.Point != (orb.Point{}) || !s.Fix.At.IsZero() {
		t.Errorf("off duty it is at %v", s.Fix.Point)
	}
}

// An older fix changes nothing; one of a wrong clock counts when it came.
func TestTheNewestFixCounts(t *testing.T) {
	b := openBoard()
	wrong := seen("car", 20, 500)
	wrong.Verdict, wrong.Fix.At = Future, noon.AddDate(1, 0, 0)
	b.Take([]Record{seen("car", 10, 100), seen("car", 5, 0), wrong, seen("car", 15, 300)})
	b.Tick(noon.Add(30 * time.Second))
	if s := stateOf(t, b, "car"); !s.Misdated || !s.Fix.At.Equal(noon.Add(20*time.Second)) || s.Fix.Point != wrong.Fix.Point {
		t.Errorf("the newest is %v of %s", s.Fix.Point, s.Fix.At)
	}
	b.Take([]Record{seen("car", 25, 400)})
	b.Tick(noon.Add(31 * time.Second))
	if s := stateOf(t, b, "car"); s.Misdated || !s.Fix.At.Equal(noon.Add(25*time.Second)) {
		t.Errorf("the newest is of %s", s.Fix.At)
	}
}

// A reader of a county is told of its units, of each change once, and of
// everything anew when the units are others.
func TestReadersAreToldWhatChanged(t *testing.T) {
	b := openBoard()
	own, other := county("620602"), county("620622")
	names := func(all []Seen) (ids []string) {
		for _, s := range all {
			ids = append(ids, s.Unit.ID)
		}
		return ids
	}
	all, fresh, mark := b.Since(0, own)
	if got := names(all); !fresh || !slices.Equal(got, []string{"foot", "car", "gate"}) {
		t.Errorf("the first picture is %v (%t)", got, fresh)
	}
	if all, _, now := b.Since(mark, own); all != nil || now != mark {
		t.Errorf("nothing happened, and it is told %v", names(all))
	}
	b.Take([]Record{seen("foot", 1, 0), seen("gulang", 1, 0)})
	if _, _, now := b.Since(mark, own); now != mark {
		t.Error("what is not published yet has a version")
	}
	if !b.Tick(noon.Add(time.Second)) || b.Tick(noon.Add(1500*time.Millisecond)) {
		t.Error("a tick tells of changes that there are, once")
	}
	all, fresh, next := b.Since(mark, own)
	if got := names(all); fresh || !slices.Equal(got, []string{"foot"}) || next <= mark {
		t.Errorf("told %v (%t)", got, fresh)
	}
	if got, _, _ := b.Since(mark, other); !slices.Equal(names(got), []string{"gulang"}) {
		t.Errorf("the other county is told %v", names(got))
	}
	if got, _, _ := b.Since(0, layers.AreaRange{Low: 1, High: 0}); got != nil {
		t.Errorf("nobody is told %v", names(got))
	}
	more := register()
	more.units["new"] = &listed{Unit: Unit{ID: "new", Headcount: 2, Area: 620602001001001}}
	b.Learn(more)
	b.Tick(noon.Add(2 * time.Second))
	if _, fresh, _ := b.Since(next, own); !fresh {
		t.Error("other units are no fresh picture")
	}
}

// An alarm is seen by who answers for the unit's home; one of nobody we know by
// who answers for all its source may speak for.
func TestWhoHearsAnAlarm(t *testing.T) {
	b := openBoard()
	unknown := sos(seen("ghost", 3, 0))
	unknown.Source, unknown.Verdict = "liangzhou", UnknownUnit
	nobody := sos(seen("spectre", 4, 0))
	nobody.Source, nobody.Verdict = "nobody", UnknownSource
	b.Take([]Record{sos(seen("gulang", 1, 0)), sos(seen("foot", 2, 0)), unknown, nobody})
	b.Tick(noon.Add(5 * time.Second))
	for _, c := range []struct {
		name string
		area layers.AreaRange
		want []string
	}{
		{"city", county("6206"), []string{"gulang", "foot", "ghost", "spectre"}},
		{"everywhere", layers.Everywhere, []string{"gulang", "foot", "ghost", "spectre"}},
		{"620602", county("620602"), []string{"foot", "ghost"}},
		{"620622", county("620622"), []string{"gulang"}},
		{"620602001", county("620602001"), []string{"foot"}},
		{"nowhere", layers.AreaRange{Low: 1, High: 0}, nil},
	} {
		calls, told, _ := b.Calls(0, c.area)
		var got []string
		for _, call := range calls {
			got = append(got, call.Alarm.Unit)
		}
		if !told || !slices.Equal(got, c.want) {
			t.Errorf("%s hears %v, want %v", c.name, got, c.want)
		}
	}
	_, _, mark := b.Calls(0, layers.Everywhere)
	if _, told, _ := b.Calls(mark, layers.Everywhere); told {
		t.Error("told again what did not change")
	}
	// Nobody answers: it is escalated, and that is told.
	b.Take([]Record{{Act: Escalate, Level: 1, Received: noon.Add(2 * time.Minute), Fix: Fix{Unit: "gulang"}}})
	if late := noon.Add(121 * time.Second); !b.Tick(late) {
		t.Error("nobody is told that the alarm waits")
	} else if calls, _, _ := b.Calls(mark, layers.Everywhere); calls[0].Level != 1 {
		t.Error("an alarm that waits is not escalated")
	}
}

// What is told twice, as a server does that begins anew, changes nothing.
func TestAlarmsToldTwice(t *testing.T) {
	act := func(second int, a Act) Record {
		return Record{Source: "wang", Received: noon.Add(time.Duration(second) * time.Second), Act: a, Note: "why", Fix: Fix{Unit: "foot"}}
	}
	story := []Record{
		sos(seen("foot", 1, 0)), sos(seen("foot", 2, 10)), act(3, Acknowledge), act(4, Acknowledge), act(5, Close),
		sos(seen("foot", 6, 10)), // still pressed
		seen("foot", 7, 10), sos(seen("foot", 8, 20)), sos(seen("car", 9, 0)), act(10, Close), act(11, Close),
	}
	var steps []string
	a := NewAlarms(nil)
	for _, c := range a.Changes(story) {
		steps = append(steps, fmt.Sprintf("%s %s %d", c.Alarm.Unit, c.Step, c.Alarm.Calls))
	}
	want := []string{"foot opened 1", "foot repeated 2", "foot acknowledged 2", "foot closed 2", "foot opened 1", "car opened 1", "foot closed 1"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps\n%v\nwant\n%v", steps, want)
	}
	if again := a.Changes(story); len(again) > 0 {
		t.Errorf("told twice: %v", again)
	}
	open := a.AllOpen()
	if len(open) != 1 || open[0].Unit != "car" {
		t.Errorf("open are %v", open)
	}
	if again := NewAlarms(open).Changes(story[8:9]); len(again) > 0 {
		t.Errorf("one that is known opens again: %v", again)
	}
}

// Readers, fixes and ticks at once: whoever reads to the end has the newest of
// every unit.
func TestManyReadTheBoard(t *testing.T) {
	b := openBoard()
	var work sync.WaitGroup
	var last [4]map[string]time.Time
	stop := make(chan struct{})
	for k := range last {
		last[k] = map[string]time.Time{}
		work.Go(func() {
			mark := uint64(0)
			read := func() {
				all, _, now := b.Since(mark, layers.Everywhere)
				mark = now
				for _, s := range all {
					last[k][s.Unit.ID] = s.Fix.At
				}
			}
			for {
				select {
				case <-stop:
					read()
					return
				default:
					read()
				}
			}
		})
	}
	newest := map[string]time.Time{}
	for second := range 2000 {
		unit := []string{"foot", "car", "gulang"}[rand.IntN(3)]
		b.Take([]Record{seen(unit, second, float64(second))})
		newest[unit] = noon.Add(time.Duration(second) * time.Second)
		if second%7 == 0 {
			b.Tick(noon.Add(time.Duration(second) * time.Second))
		}
	}
	b.Tick(noon.Add(2000 * time.Second))
	close(stop)
	work.Wait()
	for k := range last {
		for unit, at := range newest {
			if !last[k][unit].Equal(at) {
				t.Errorf("reader %d has %s at %s, newest is %s", k, unit, last[k][unit], at)
			}
		}
	}
}

// 13,500 units that send every ten seconds, a tick twice a second, one reader of
// the whole city.
func BenchmarkBoard(b *testing.B) {
	const n = 13_500
	var all []Unit
	var shifts []Shift
	for k := range n {
		id := fmt.Sprint("u", k)
		all = append(all, Unit{ID: id, Headcount: 2, Area: 620602001001000 + int64(k)})
		shifts = append(shifts, Shift{Unit: id, From: noon.Add(-time.Hour), To: noon.Add(1000 * time.Hour)})
	}
	board := NewBoard(nil)
	board.Learn(NewRegister(nil, all, shifts, City{}))
	mark, k := uint64(0), 0
	for b.Loop() {
		records := make([]Record, n/20)
		for j := range records {
			records[j] = seen(all[k%n].ID, k/(n/10), float64(k%1000))
			k++
		}
		board.Take(records)
		board.Tick(noon.Add(time.Duration(k/(n/10)) * time.Second))
		_, _, mark = board.Since(mark, layers.Everywhere)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/half-second")
}
