package live

import (
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/geo"
	"sitmap/layers"
)

// The town of the tests: two teams and a one-person gate in one county, a team in
// another; on duty from 8 to 16 UTC.
var (
	noon   = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	square = orb.Point{102.638, 37.929}
	units  = []Unit{
		{ID: "foot", Kind: "foot", Headcount: 3, Area: 620602001001001, Home: square},
		{ID: "car", Kind: "vehicle", Headcount: 2, Area: 620602001001002, Home: square},
		{ID: "gate", Kind: "gate", Headcount: 1, Area: 620602001001002, Home: square},
		{ID: "gulang", Kind: "foot", Headcount: 2, Area: 620622001001001, Home: orb.Point{102.898, 37.465}},
		{ID: "resting", Kind: "foot", Headcount: 2, Area: 620602001001001, Home: square},
	}
	cityBounds = orb.Bound{Min: orb.Point{101.8, 36.5}, Max: orb.Point{104.2, 39.4}}
)

func county(code string) layers.AreaRange {
	r, err := layers.RangeOfCode(code)
	if err != nil {
		panic(err)
	}
	return r
}

func register() *Register {
	var shifts []Shift
	for _, unit := range []string{"foot", "car", "gate", "gulang"} {
		shifts = append(shifts, Shift{Unit: unit, From: noon.Add(-4 * time.Hour), To: noon.Add(4 * time.Hour), Post: "square"})
	}
	// Yesterday's, for fixes that come late.
	shifts = append(shifts, Shift{Unit: "foot", From: noon.Add(-28 * time.Hour), To: noon.Add(-20 * time.Hour)})
	return NewRegister([]Source{
		{ID: "app", CRS: geo.WGS84, Area: layers.Everywhere},
		{ID: "shifted", CRS: geo.GCJ02, Area: layers.Everywhere},
		{ID: "twice", CRS: geo.BD09, Area: layers.Everywhere},
		{ID: "liangzhou", CRS: geo.CGCS2000, Area: county("620602")},
		{ID: "one", CRS: geo.WGS84, Area: layers.Everywhere, Units: map[string]bool{"car": true}, Devices: map[string]string{"13900000001": "car"}},
		{ID: "martian", CRS: "EPSG:104905", Area: layers.Everywhere},
	}, units, shifts, City{Bounds: cityBounds, Range: county("6206")})
}

func fix(unit string, seq uint64, at time.Time, p orb.Point) Fix {
	return Fix{Unit: unit, Seq: seq, At: at, Point: p, Speed: 1, Heading: 90, Accuracy: 5, Battery: 0.5}
}

// Each row breaks one thing of a fix that is right.
func TestVerdicts(t *testing.T) {
	right := func(change func(*Fix)) Fix {
		f := fix("foot", 1, noon, square)
		if change != nil {
			change(&f)
		}
		return f
	}
	at := func(d time.Duration) Fix { return right(func(f *Fix) { f.At = noon.Add(d) }) }
	for _, c := range []struct {
		name, source string
		fix          Fix
		want         Verdict
	}{
		{"right", "app", right(nil), Kept},
		{"no such source", "nobody", right(nil), UnknownSource},
		{"no such unit", "app", right(func(f *Fix) { f.Unit = "ghost" }), UnknownUnit},
		{"a unit of another county", "liangzhou", right(func(f *Fix) { f.Unit = "gulang" }), UnknownUnit},
		{"a unit of the source's county", "liangzhou", right(nil), Kept},
		{"not on the source's list", "one", right(nil), UnknownUnit},
		{"on the source's list", "one", right(func(f *Fix) { f.Unit = "car" }), Kept},
		{"never on duty", "app", right(func(f *Fix) { f.Unit = "resting" }), OffShift},
		{"one person's post", "app", right(func(f *Fix) { f.Unit = "gate" }), Alone},
		{"a little ahead", "app", at(2 * time.Minute), Kept},
		{"ahead", "app", at(2*time.Minute + time.Second), Future},
		{"an hour ahead", "app", at(time.Hour), Future},
		{"a year ahead", "app", at(365 * 24 * time.Hour), Future},
		{"ten minutes ago", "app", at(-10 * time.Minute), Kept},
		{"an hour ago", "app", at(-time.Hour), Late},
		{"before the shift", "app", at(-5 * time.Hour), OffShift},
		{"yesterday's shift", "app", at(-24 * time.Hour), Late},
		{"a year ago", "app", at(-365 * 24 * time.Hour), Past},
		{"1900", "app", right(func(f *Fix) { f.At = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC) }), Malformed},
		{"no time", "app", right(func(f *Fix) { f.At = time.Time{} }), Malformed},
		{"no unit", "app", right(func(f *Fix) { f.Unit = "" }), Malformed},
		{"a long unit", "app", right(func(f *Fix) { f.Unit = string(make([]byte, 65)) }), Malformed},
		{"not a number", "app", right(func(f *Fix) { f.Point[0] = math.NaN() }), Malformed},
		{"off the globe", "app", right(func(f *Fix) { f.Point[1] = 91 }), Malformed},
		{"the default of many devices", "app", right(func(f *Fix) { f.Point = orb.Point{} }), Malformed},
		{"another province", "app", right(func(f *Fix) { f.Point = orb.Point{116.39, 39.9} }), Outside},
		{"coordinates swapped", "app", right(func(f *Fix) { f.Point = orb.Point{37.929, 89} }), Outside},
		{"just beyond the border", "app", right(func(f *Fix) { f.Point = orb.Point{101.6, 37.9} }), Kept},
		{"a system nobody knows", "martian", right(nil), Malformed},
	} {
		r := NewJudge(Limits{}).Begin(register(), c.source, noon).Judge(c.fix)
		if r.Verdict != c.want {
			t.Errorf("%s: %s, want %s", c.name, r.Verdict, c.want)
		}
		if stored := r.Fix.Point != (orb.Point{}); stored != c.want.Stored() {
			t.Errorf("%s (%s) keeps the place %v", c.name, r.Verdict, r.Fix.Point)
		}
		if !c.want.Stored() && !math.IsNaN(r.Fix.Speed+r.Fix.Heading) {
			t.Errorf("%s keeps speed and heading", c.name)
		}
	}
}

// A shift is [from, to); a fix from a wrong clock is judged by when it came.
func TestShiftsHaveTheirEnds(t *testing.T) {
	end := noon.Add(4 * time.Hour)
	j := NewJudge(Limits{})
	for _, c := range []struct {
		now, at time.Time
		want    Verdict
	}{
		{end.Add(-time.Second), end.Add(-time.Nanosecond), Kept}, {end, end, OffShift}, {noon.Add(-4 * time.Hour), noon.Add(-4 * time.Hour), Kept},
		{end.Add(time.Hour), end.AddDate(1, 0, 0), OffShift}, {noon, noon.AddDate(1, 0, 0), Future}, {noon, noon.AddDate(-1, 0, 0), Past},
	} {
		if r := j.Begin(register(), "app", c.now).Judge(fix("foot", 1, c.at, square)); r.Verdict != c.want {
			t.Errorf("of %s at %s: %s, want %s", c.at, c.now, r.Verdict, c.want)
		}
	}
	r := j.Begin(register(), "app", noon).Judge(fix("foot", 1, noon.AddDate(1, 0, 0), square))
	if !r.When().Equal(noon) || !r.Fix.At.Equal(noon.AddDate(1, 0, 0)) {
		t.Errorf("counts at %s, sent %s", r.When(), r.Fix.At)
	}
}

// Whatever a source declares, what is kept is WGS 84. That the shifts are right
// is for the tests of package geo; here they are some 150 metres.
func TestSourcesAreBroughtHome(t *testing.T) {
	gcj := geo.ToGCJ02(square)
	if d := orbgeo.Distance(square, gcj); d < 100 || d > 300 {
		t.Fatalf("the shift at the square is %.0f m", d)
	}
	for source, sent := range map[string]orb.Point{"app": square, "liangzhou": square, "shifted": gcj, "twice": geo.ToBD09(gcj)} {
		r := NewJudge(Limits{}).Begin(register(), source, noon).Judge(fix("foot", 1, noon, sent))
		if d := orbgeo.Distance(r.Fix.Point, square); r.Verdict != Kept || d > 0.01 {
			t.Errorf("%s: %s, %.3f m off", source, r.Verdict, d)
		}
	}
}

// A fix is known once it is kept, and not before: else one whose log failed
// would be called known though it is nowhere.
func TestAFixIsKnownWhenItIsDurable(t *testing.T) {
	j, known := NewJudge(Limits{}), register()
	f := fix("foot", 7, noon, square)
	first := j.Begin(known, "app", noon)
	if v := first.Judge(f).Verdict; v != Kept {
		t.Fatal(v)
	}
	if v := first.Judge(f).Verdict; v != Known {
		t.Errorf("twice in one batch: %s", v)
	}
	if v := j.Begin(known, "app", noon).Judge(f).Verdict; v != Kept {
		t.Errorf("before it is durable it is %s", v)
	}
	first.Keep()
	again := j.Begin(known, "app", noon.Add(time.Minute))
	if v := again.Judge(f).Verdict; v != Known {
		t.Errorf("afterwards: %s", v)
	}
	other := f
	other.Seq = 8
	if v := again.Judge(other).Verdict; v != Kept {
		t.Errorf("another number: %s", v)
	}
	if v := j.Begin(known, "liangzhou", noon).Judge(f).Verdict; v != Kept {
		t.Errorf("the same from another source: %s", v)
	}
}

// 20 km in ten seconds is 2,000 m/s. One such fix erred; when the next agrees
// with it, it was the one before that did.
func TestImpossibleSpeed(t *testing.T) {
	j, known := NewJudge(Limits{}), register()
	far := orbgeo.PointAtBearingAndDistance(square, 90, 20_000)
	send := func(seconds int, p orb.Point) Verdict {
		at := noon.Add(time.Duration(seconds) * time.Second)
		s := j.Begin(known, "app", at)
		defer s.Keep()
		return s.Judge(fix("car", uint64(seconds+1), at, p)).Verdict
	}
	for k, step := range []struct {
		second int
		at     orb.Point
		want   Verdict
	}{
		{0, square, Kept}, {10, far, TooFast}, {20, square, Kept}, // one that erred
		{30, far, TooFast}, {40, far, Kept}, {50, far, Kept}, // the unit is there
		{60, orbgeo.PointAtBearingAndDistance(far, 0, 700), Kept}, // 70 m/s and the slack
		{61, orbgeo.PointAtBearingAndDistance(far, 0, 1100), TooFast},
		{600, square, Kept}, // 20 km in nine minutes
		{55, far, Kept},     // one that comes late agrees with where the unit was, within 545 s
		{601, square, Kept},
	} {
		if v := send(step.second, step.at); v != step.want {
			t.Errorf("step %d: %s, want %s", k, v, step.want)
		}
	}
}

// Units of devices are those agreed.
func TestUnitOfADevice(t *testing.T) {
	s, _ := register().Source("one")
	if s.UnitOf("13900000001") != "car" || s.UnitOf("car") != "car" {
		t.Error("the device is not the unit's")
	}
}
