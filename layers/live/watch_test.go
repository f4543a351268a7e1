package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/layers"
)

// around is a square of so many metres to each side of the square of the tests.
func around(metres float64) orb.Polygon {
	b := orbgeo.NewBoundAroundPoint(square, metres)
	return b.ToPolygon()
}

// watching is a watch with the alarms that its records make, as a server has them:
// what Look gives goes into the log and comes back.
type watching struct {
	*Watch
	alarms *Alarms
	said   []string
}

func watch(r *Register, places map[string]orb.Geometry, fences ...Fence) *watching {
	w := &watching{Watch: NewWatch(nil), alarms: NewAlarms(nil)}
	w.Learn(r, fences, places, time.UTC)
	return w
}

// at lets a second after noon come, with the records of that time.
func (w *watching) at(second int, records ...Record) {
	w.Take(records)
	for _, c := range w.alarms.Changes(records) {
		w.note(c, second)
	}
	due := w.Look(noon.Add(time.Duration(second) * time.Second))
	w.Take(due)
	for _, c := range w.alarms.Changes(due) {
		w.note(c, second)
	}
}

func (w *watching) note(c AlarmChange, second int) {
	w.said = append(w.said, strings.TrimSpace(fmt.Sprintf("%d %s %s %s %s", second, c.Alarm.Unit, c.Alarm.About, c.Step, c.Alarm.Reason)))
}

func (w *watching) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(w.said, want) {
		t.Errorf("said\n%s\nwant\n%s", strings.Join(w.said, "\n"), strings.Join(want, "\n"))
	}
}

// A unit goes out of a square of 200 m to each side, jitters on its border, and
// comes back. Fixes on the border, nearer to it than they may be off, say nothing,
// and one fix alone says nothing either.
func TestFencesOfAPlace(t *testing.T) {
	place := around(200)
	w := watch(register(), nil,
		Fence{ID: 1, Name: "in", Kind: Enter, Outline: place}, Fence{ID: 2, Name: "out", Kind: Leave, Outline: place},
		Fence{ID: 3, Name: "stay", Kind: StayIn, Outline: place}, Fence{ID: 4, Name: "away", Kind: StayOut, Outline: place, Units: []string{"car"}},
		Fence{ID: 5, Name: "other county", Kind: Leave, Outline: place, Area: "620622"},
	)
	for k, metres := range []float64{0, 10, 230, 150, 205, 195, 210, 190, 205, 195, 230, 240, 400, 100, 90, 80, 500, 600} {
		w.at(10*k, seen("foot", 10*k, metres))
	}
	w.want(t,
		"110 foot leave/2 opened", "110 foot stay-in/3 opened",
		"140 foot enter/1 opened", "140 foot stay-in/3 cleared back",
		"170 foot leave/2 repeated", "170 foot stay-in/3 opened")
	// Who is inside from the beginning did not come in, but should not be there.
	w.said = nil
	for k := range 3 {
		w.at(200+10*k, seen("car", 200+10*k, 0))
	}
	w.want(t, "210 car stay-out/4 opened")
	if a, _ := w.alarms.Open("car", "stay-out/4"); a.Title != "away" || a.Point != square || !a.Since.Equal(noon.Add(210*time.Second)) {
		t.Errorf("the alarm is %+v", a)
	}
	// The shift is over: what lasted is over too.
	w.said = nil
	w.at(4*3600 + 1)
	if len(w.said) != 2 || !strings.HasSuffix(w.said[0], "cleared off") || !strings.HasSuffix(w.said[1], "cleared off") {
		t.Errorf("after the shift: %v", w.said)
	}
}

// A fence of the unit's own home: each unit has its own.
func TestLeavingHome(t *testing.T) {
	far := orb.MultiPolygon{orb.Polygon{{{100, 36}, {100.1, 36}, {100.1, 36.1}, {100, 36.1}, {100, 36}}}}
	r := register()
	foot, _ := r.Unit("foot")
	home := fmt.Sprintf("%015d", foot.Area)[:12]
	w := watch(r, map[string]orb.Geometry{home: around(300), "620622001001": far}, Fence{ID: 7, Name: "post", Kind: Leave, Home: layers.Village})
	for k, metres := range []float64{0, 0, 400, 500} {
		w.at(10*k, seen("foot", 10*k, metres), seen("gate", 10*k, metres))
	}
	w.want(t, "30 foot leave/7 opened")
}

// Nothing outside its hours, by the city's clock; what lasts begins with them.
func TestFencesHaveHours(t *testing.T) {
	w := watch(register(), nil, Fence{ID: 1, Name: "x", Kind: StayIn, Outline: around(200), From: 12*60 + 1, To: 12*60 + 2, Days: Daily})
	for k := range 20 {
		w.at(10*k, seen("foot", 10*k, 400))
	}
	w.want(t, "60 foot stay-in/1 opened", "120 foot stay-in/1 cleared back")
}

// A unit that falls silent, and one that does not move; and when a whole source
// falls silent that is one alarm, of the source.
func TestLostAndStill(t *testing.T) {
	w := watch(register(), nil, Fence{ID: 1, Name: "lost", Kind: Lost, After: 5 * time.Minute}, Fence{ID: 2, Name: "still", Kind: Still, After: 3 * time.Minute, Units: []string{"car"}})
	w.at(0, seen("foot", 0, 0), seen("car", 0, 0))
	for k := 1; k <= 12; k++ {
		w.at(60*k, seen("car", 60*k, float64(k%2)*30))
	}
	w.want(t, "180 car still/2 opened", "360 foot lost/1 opened")
	if a, _ := w.alarms.Open("foot", "lost/1"); !a.Since.Equal(noon.Add(5 * time.Minute)) {
		t.Errorf("lost since %s", a.Since)
	}
	w.said = nil
	w.at(780, seen("car", 780, 400), seen("foot", 780, 0))
	w.want(t, "780 car still/2 cleared moved", "780 foot lost/1 cleared heard")
	w.said = nil
	for k := 14; k < 22; k++ {
		w.at(60 * k)
	}
	w.want(t, "1140 app lost/1 opened")
	w.said = nil
	w.at(1400, seen("car", 1400, 800))
	w.at(1402)
	// The source is heard again, the other unit is not.
	w.want(t, "1400 app lost/1 cleared heard", "1400 foot lost/1 opened")
}

// Two servers notice the same, in different seconds, and one begins anew from what
// the store and the buffer tell: the log has each alarm once.
func TestServersComeToTheSameAlarms(t *testing.T) {
	fences := []Fence{{ID: 1, Name: "x", Kind: StayIn, Outline: around(200)}, {ID: 2, Name: "y", Kind: Leave, Outline: around(200)}}
	var servers [2]*Watch
	for k := range servers {
		servers[k] = NewWatch(nil)
		servers[k].Learn(register(), fences, nil, time.UTC)
	}
	alarms, told := NewAlarms(nil), []Record{}
	var steps []string
	log := func(records ...Record) {
		for len(records) > 0 {
			for _, c := range alarms.Changes(records) {
				steps = append(steps, c.Alarm.About+" "+string(c.Step))
			}
			told = append(told, records...)
			for _, s := range servers {
				s.Take(records)
			}
			records = nil
		}
	}
	for k, metres := range []float64{0, 0, 300, 300, 300} {
		log(seen("foot", 10*k, metres))
		now := noon.Add(time.Duration(10*k) * time.Second)
		first, second := servers[0].Look(now), servers[1].Look(now.Add(time.Second))
		log(first...)
		log(second...)
	}
	if want := []string{"leave/2 opened", "stay-in/1 opened"}; !slices.Equal(steps, want) {
		t.Fatalf("steps %v, want %v", steps, want)
	}
	log(Record{Act: Close, About: "stay-in/1", Source: "wang", Note: "ok", Received: noon.Add(45 * time.Second), Fix: Fix{Unit: "foot"}})
	// The third server knows the alarms and hears the last minutes again.
	known := []Alarm{}
	for _, one := range alarms.of {
		known = append(known, one.Alarm)
	}
	third := NewWatch(known)
	third.Learn(register(), fences, nil, time.UTC)
	third.Take(told)
	steps = nil
	log(third.Look(noon.Add(50 * time.Second))...)
	log(seen("foot", 60, 300))
	log(third.Look(noon.Add(61 * time.Second))...)
	if len(steps) > 0 {
		t.Errorf("a server that begins anew says %v", steps)
	}
}

// The township for two minutes, then the county, then the city; each level once,
// whoever says it, and nothing once somebody answered.
func TestEscalation(t *testing.T) {
	a := NewAlarms(nil)
	var steps []string
	take := func(records ...Record) {
		for _, c := range a.Changes(records) {
			steps = append(steps, fmt.Sprintf("%s %s %d", c.Alarm.Unit, c.Step, c.Alarm.Level))
		}
	}
	take(sos(seen("foot", 0, 0)), sos(seen("car", 30, 0)))
	patience := 2 * time.Minute
	for _, second := range []int{0, 119, 120, 121, 151, 239, 240, 600} {
		now := noon.Add(time.Duration(second) * time.Second)
		due := a.Due(now, patience)
		take(due...)
		take(due...) // from another server
		if second == 151 {
			take(Record{Act: Acknowledge, Source: "wang", Received: now, Fix: Fix{Unit: "car"}})
		}
	}
	want := []string{"foot opened 0", "car opened 0", "foot escalated 1", "car escalated 1", "car acknowledged 1", "foot escalated 2"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %v\nwant %v", steps, want)
	}
	// After a long stop both levels are on record.
	late := NewAlarms(nil)
	late.Take(sos(seen("foot", 0, 0)))
	if due := late.Due(noon.Add(time.Hour), patience); len(due) != 2 || due[0].Level != 1 || due[1].Level != 2 {
		t.Errorf("after an hour %+v", due)
	}
	// Nor does an alarm wait that was opened by a clock set back since.
	if due := late.Due(noon.Add(-time.Hour), patience); len(due) != 2 {
		t.Errorf("an hour before it was opened %+v", due)
	}
	if due := late.Due(noon.Add(-time.Minute), patience); len(due) != 0 {
		t.Errorf("a minute before it was opened, as clocks of two servers differ: %+v", due)
	}
}

func TestFencesAreChecked(t *testing.T) {
	good := Fence{Name: "x", Kind: Leave, Outline: around(200)}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Fence){
		"name": func(f *Fence) { f.Name = "a\nb" }, "kind": func(f *Fence) { f.Kind = "fly" }, "area": func(f *Fence) { f.Area = "62060" },
		"where": func(f *Fence) { f.Place = "620602" }, "where.outline": func(f *Fence) { f.Outline = orb.Polygon{{{1, 1}, {2, 2}, {1, 1}}} },
		"where.home": func(f *Fence) { f.Outline, f.Home = nil, layers.City }, "where.place": func(f *Fence) { f.Outline, f.Place = nil, "62" },
		"hours": func(f *Fence) { f.Days, f.To = 1, 1441 }, "units": func(f *Fence) { f.Units = []string{""} }, "minutes": func(f *Fence) { f.Kind, f.Outline = Lost, nil },
	} {
		f := good
		change(&f)
		if err := f.Check(); err == nil || !strings.HasPrefix(err.Error(), "parameter "+name+":") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// 13,500 units with three fences each, a fix of each every ten seconds.
func BenchmarkWatch(b *testing.B) {
	const n = 13_500
	var all []Unit
	var shifts []Shift
	for k := range n {
		id := fmt.Sprint("u", k)
		all = append(all, Unit{ID: id, Headcount: 2, Area: 620602001001000})
		shifts = append(shifts, Shift{Unit: id, From: noon.Add(-time.Hour), To: noon.Add(1000 * time.Hour)})
	}
	w := NewWatch(nil)
	place := orbgeo.NewBoundAroundPoint(square, 500).ToRing()
	var fine orb.Ring
	for k := range len(place) - 1 {
		for j := range 50 {
			t := float64(j) / 50
			fine = append(fine, orb.Point{place[k][0]*(1-t) + place[k+1][0]*t, place[k][1]*(1-t) + place[k+1][1]*t})
		}
	}
	w.Learn(NewRegister(nil, all, shifts, City{}), []Fence{
		{ID: 1, Kind: Leave, Home: layers.Village}, {ID: 2, Kind: Lost, After: 5 * time.Minute}, {ID: 3, Kind: Still, After: time.Hour},
	}, map[string]orb.Geometry{"620602001001": orb.Polygon{append(fine, fine[0])}}, time.UTC)
	k := 0
	for b.Loop() { // two seconds
		records := make([]Record, n/5)
		for j := range records {
			records[j] = seen(all[k%n].ID, k/(n/10), float64(k%700))
			k++
		}
		w.Take(records)
		w.Look(noon.Add(time.Duration(k/(n/10)) * time.Second))
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/2s")
}
