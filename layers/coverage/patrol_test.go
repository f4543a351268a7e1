package coverage

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"sitmap/layers"
)

var (
	midnight = time.Date(2016, 9, 1, 0, 0, 0, 0, time.UTC)
	minute   = time.Minute
)

func at(seconds float64) time.Time {
	return midnight.Add(time.Duration(seconds * float64(time.Second)))
}

// shift is the window of so many seconds from midnight.
func shift(seconds float64) layers.Window { return layers.Window{From: midnight, To: at(seconds)} }

func patrols(t *testing.T, places []Place, passes []Pass, w layers.Window, r Rule) *PatrolReport {
	t.Helper()
	report, err := Patrols(places, passes, w, r)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// Visits of no length at 0, 10 and 40 in a window of 60: the mean of the
// instantaneous idleness is (10² + 30² + 20²)/2/60 = 11.6667, the worst 30.
func TestIdlenessOfThreeVisits(t *testing.T) {
	passes := []Pass{{"a", 0, at(40), at(40)}, {"a", 0, at(0), at(0)}, {"a", 0, at(10), at(10)}}
	r := patrols(t, []Place{{Risk: 1}}, passes, shift(60), Rule{Join: time.Second})
	p := r.Places[0]
	near(t, "mean", p.MeanIdle, 11.6667, 0.0001)
	near(t, "worst", p.WorstIdle, 30, 0)
	near(t, "now", p.Idle, 20, 0)
	if p.Visits != 3 || p.DriveBys != 3 || p.Stops != 0 || p.Never {
		t.Errorf("%+v", p)
	}
	near(t, "variation of gaps 10 and 30", *p.Variation, 0.5, 1e-12)
	near(t, "all places", r.MeanIdle, 11.6667, 0.0001)
}

// On a cycle of length L, r units evenly apart at speed v leave every place
// idle for L/(r·v) at worst and L/(2·r·v) on average (Chevaleyre 2004).
func TestIdlenessOfACycle(t *testing.T) {
	const length, speed, units, places = 12_000.0, 5.0, 4, 6
	period := length / (units * speed)
	var passes []Pass
	for u := range units {
		for lap := -2; lap < 12; lap++ {
			for p := range places {
				when := float64(lap)*length/speed + float64(u)*period + float64(p)*length/places/speed
				passes = append(passes, Pass{string(rune('a' + u)), p, at(when), at(when)})
			}
		}
	}
	r := patrols(t, make([]Place, places), passes, shift(10*period), Rule{})
	near(t, "worst", r.WorstIdle, period, 1e-6)
	near(t, "mean", r.MeanIdle, period/2, 1e-6)
	for _, p := range r.Places {
		near(t, "as by the clock", *p.Variation, 0, 1e-9)
		near(t, "no surprise", *p.Entropy, 0, 0)
	}
}

// A stay that is interrupted for no longer than two minutes is one visit; two
// units at once are two, and their minutes add up.
func TestVisitsAndDwell(t *testing.T) {
	m := func(n float64) time.Time { return at(60 * n) }
	passes := []Pass{
		{"a", 0, m(0), m(4)}, {"a", 0, m(5.5), m(12)}, // one stop of 12 minutes
		{"b", 0, m(10), m(11)},     // a stop beside it
		{"a", 0, m(20), m(20.5)},   // a drive-by
		{"a", 0, m(58), m(75)},     // is still there at the end
		{"a", 0, m(-30), m(-20)},   // before
		{"a", 0, m(70), m(80)},     // after
		{"b", 1, m(-5), m(5)},      // was there at the beginning
		{"b", 1, m(-5), m(-4)},     // twice reported
		{"c", 1, m(40), m(40.001)}, // a drive-by
	}
	r := patrols(t, make([]Place, 3), passes, shift(3600), Rule{})
	p, q := r.Places[0], r.Places[1]
	if p.Visits != 4 || p.Stops != 3 || p.DriveBys != 1 || q.Visits != 2 || q.Stops != 1 {
		t.Errorf("%+v\n%+v", p, q)
	}
	near(t, "dwell", p.Dwell, (12+1+0.5+2)*60, 1e-6)
	near(t, "dwell in the window only", q.Dwell, 5*60+0.06, 1e-6)
	near(t, "idle from 12 to 20 and 20.5 to 58", p.MeanIdle, (8*8+37.5*37.5)/2*3600/3600, 1e-6)
	near(t, "idle now", p.Idle, 0, 0)
	near(t, "the second place", q.WorstIdle, 35*60, 1e-6)
	if !r.Places[2].Never || r.Places[2].Idle != 3600 {
		t.Errorf("%+v", r.Places[2])
	}
}

// Two stops of twelve minutes two hours apart keep to the prescription; a
// drive-by does not, nor two stops at once; too much is named as well.
func TestDoses(t *testing.T) {
	m := func(n float64) time.Time { return at(60 * n) }
	passes := []Pass{
		{"a", 0, m(60), m(72)}, {"a", 0, m(180), m(192)},
		{"a", 1, m(60), m(61)}, {"a", 1, m(180), m(181)},
		{"a", 2, m(0), m(12)}, {"b", 2, m(5), m(20)},
		{"b", 3, m(20), m(120)}, {"c", 3, m(150), m(200)},
		{"c", 4, m(10), m(30)},
	}
	places := []Place{{Risk: 1, Hot: true}, {Risk: 2, Hot: true}, {Risk: 5, Hot: true}, {Risk: 3, Hot: true}, {Risk: 9}, {Risk: 1, Hot: true}}
	r := patrols(t, places, passes, shift(4*3600), Rule{})
	if !r.Places[0].Served || r.Places[0].Doses != 2 || r.Places[1].Served || r.Places[1].Doses != 0 || r.Places[2].Served || !r.Places[3].Served || r.Places[5].Served {
		t.Errorf("%+v", r.Places)
	}
	near(t, "hot places served", r.ServedShare, 2.0/5, 1e-12)
	near(t, "served until 20 min + 2 h of 4 h", r.Places[2].ServedShare, 140.0/240, 1e-9)
	// Places 1 (2·2) and 5 (1·2) lack two doses each; place 2 has its two.
	if len(r.Under) != 2 || r.Under[0].Place != 1 || r.Under[0].Due != 4 || r.Under[1].Place != 5 || r.Under[0].Want != 2 {
		t.Errorf("under-served %+v", r.Under)
	}
	// 150 minutes at place 3 are 118 more than twice 16.
	if len(r.Over) != 1 || r.Over[0].Place != 3 || math.Abs(r.Over[0].Extra-118*60) > 1e-6 {
		t.Errorf("over-served %+v", r.Over)
	}
}

// Ten places, of which the two with 80 % of the risk are visited in time, and
// one stale: coverage 0.8 of risk, 0.2 of places, lift 4.
func TestCoverageAndLift(t *testing.T) {
	places := make([]Place, 10)
	for k := range places {
		places[k].Risk = 0.025
	}
	places[2].Risk, places[7].Risk = 0.5, 0.3
	day := 86400.0
	passes := []Pass{{"a", 2, at(day - 3600), at(day - 3500)}, {"a", 7, at(day - 10), at(day + 100)}, {"a", 4, at(day - 5*3600), at(day - 4.5*3600)}}
	r := patrols(t, places, passes, shift(day), Rule{})
	near(t, "of risk", r.Covered, 0.8, 1e-12)
	near(t, "of places", r.CoveredPlain, 0.2, 1e-12)
	near(t, "lift", r.Lift, 4, 1e-12)
	if len(r.Missed) != 7 {
		t.Errorf("missed %v", r.Missed)
	}
	// With places twice as large where the patrols are, the same is worth less.
	for k := range places {
		places[k].Size = 1
	}
	places[2].Size, places[7].Size = 6, 6
	r = patrols(t, places, passes, shift(day), Rule{})
	near(t, "lift by size", r.Lift, 0.8/(12.0/20), 1e-12)
}

// Time in step with risk has a Gini of 0; all of it at the one of four equal
// places 3/4; all of it where no risk is 1; and by hand: risks 1, 1, 2, minutes 1, 3, 4 have the curve (0,0)
// (¼,⅛) (¾,⅝) (1,1), hence 1 − (1/32 + 3/8 + 13/32) = 3/16.
func TestEvenness(t *testing.T) {
	for _, c := range []struct {
		risk, minutes []float64
		gini          float64
	}{
		{[]float64{1, 2, 3}, []float64{10, 20, 30}, 0},
		{[]float64{1, 1, 1, 1}, []float64{0, 9, 0, 0}, 0.75},
		{[]float64{1, 1, 2}, []float64{1, 3, 4}, 3.0 / 16},
		{[]float64{1, 0, 1}, []float64{0, 5, 0}, 1},
	} {
		var places []Place
		var passes []Pass
		for k := range c.risk {
			places = append(places, Place{Risk: c.risk[k]})
			passes = append(passes, Pass{"a", k, at(0), at(60 * c.minutes[k])})
		}
		r := patrols(t, places, passes, shift(7200), Rule{})
		near(t, "Gini", r.Gini, c.gini, 1e-12)
		if last := r.Lorenz[len(r.Lorenz)-1]; math.Abs(last[0]-1) > 1e-12 || math.Abs(last[1]-1) > 1e-12 {
			t.Errorf("the curve ends at %v", last)
		}
	}
}

// Gaps of 10, 20, 40 and 50 minutes lie in three classes of 15 minutes, of
// which one holds two: entropy ½·1 + 2·¼·2 = 1.5 bits.
func TestRegularity(t *testing.T) {
	var passes []Pass
	now := 0.0
	for _, gap := range []float64{0, 10, 12, 40, 50} {
		now += 60 * gap
		passes = append(passes, Pass{"a", 0, at(now), at(now)})
	}
	p := patrols(t, []Place{{}}, passes, shift(86400), Rule{}).Places[0]
	near(t, "entropy", *p.Entropy, 1.5, 1e-12)
	near(t, "variation", *p.Variation, math.Sqrt((18.0*18+16*16+12*12+22*22)/4)/28, 1e-12)
}

// Against a clock that ticks through the window: idleness and the time in which
// a dose was recent enough.
func TestAgainstAClock(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 20))
	for range 300 {
		var passes []Pass
		for k := range r.IntN(8) {
			enter := float64(r.IntN(900) - 300)
			if leave := enter + float64(r.IntN(60)); enter < 500 { // later than now nobody knows
				passes = append(passes, Pass{string(rune('a' + k)), 0, at(enter), at(min(leave, 500))})
			}
		}
		rule := Rule{Join: time.Nanosecond, Stop: 10 * time.Second, Least: 20 * time.Second, Most: 40 * time.Second, Every: 100 * time.Second}
		const length = 500.0
		got := patrols(t, []Place{{Hot: true}}, passes, shift(length), rule).Places[0]
		sum, served, worst, none := 0.0, 0.0, 0.0, true
		const tick = 0.5
		for now := tick / 2; now < length; now += tick {
			// Before anything is known of, all was well at the beginning.
			left, dosed := 0.0, 0.0
			for _, kind := range []struct {
				last  *float64
				least float64
			}{{&left, 0}, {&dosed, 20}} {
				earlier := math.Inf(-1)
				for _, p := range passes {
					e, l := p.Enter.Sub(midnight).Seconds(), p.Leave.Sub(midnight).Seconds()
					if l-e >= kind.least && e < 0 && l <= 0 {
						earlier = max(earlier, l)
					}
				}
				if !math.IsInf(earlier, -1) {
					*kind.last = earlier
				}
				for _, p := range passes {
					e, l := p.Enter.Sub(midnight).Seconds(), p.Leave.Sub(midnight).Seconds()
					if l-e >= kind.least && e <= now && l > 0 {
						*kind.last = max(*kind.last, min(l, now))
					}
					none = none && (l-e < 20 || e >= length)
				}
			}
			sum += (now - left) * tick
			worst = max(worst, now-left)
			if now-dosed <= 100 {
				served += tick
			}
		}
		if none {
			served = 0
		}
		near(t, "mean", got.MeanIdle, sum/length, 1e-3*length)
		near(t, "worst", got.WorstIdle, worst, tick)
		near(t, "served", got.ServedShare, served/length, 5*tick/length)
	}
}

func TestWrongPatrols(t *testing.T) {
	ok := shift(60)
	for name, c := range map[string]struct {
		places []Place
		passes []Pass
		layers.Window
		Rule
	}{
		"window":   {Window: layers.Window{From: midnight}},
		"backward": {Window: layers.Window{From: at(9), To: midnight}},
		"place":    {passes: []Pass{{"a", 0, midnight, midnight}}, Window: ok},
		"pass":     {places: []Place{{}}, passes: []Pass{{"a", 0, at(2), at(1)}}, Window: ok},
		"risk":     {places: []Place{{Risk: math.NaN()}}, Window: ok},
		"rule":     {Window: ok, Rule: Rule{Join: -minute}},
		"dose":     {Window: ok, Rule: Rule{Least: time.Hour}},
	} {
		if _, err := Patrols(c.places, c.passes, c.Window, c.Rule); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r := patrols(t, nil, nil, ok, Rule{}); r.Covered != 0 || math.IsNaN(r.MeanIdle) || math.IsNaN(r.Lift) {
		t.Errorf("nothing at all: %+v", r)
	}
}
