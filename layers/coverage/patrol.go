package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"sitmap/layers"
)

// Pass is a unit's stay at a place, as its positions tell. Units are posts and
// teams; the name serves only to join what is one stay.
type Pass struct {
	Unit         string
	Place        int // number of the place, from 0
	Enter, Leave time.Time
}

// Stay is a unit's stay at a place, in seconds since the beginning of a window:
// negative before that. Units are numbered from 0.
type Stay struct {
	Unit         int32
	Enter, Leave float64
}

// Rule is how visits are told apart and what is prescribed. Its zero value
// stands for the defaults.
type Rule struct {
	// Join is the longest absence that does not end a stay: 2 minutes.
	Join time.Duration
	// Stop is the shortest visit that is a stop; a shorter one is a drive-by:
	// 1 minute.
	Stop time.Duration
	// Least, Most and Every prescribe for a hot place a stop of 10 to 16
	// minutes at least every 2 hours (Koper 1995, Justice Quarterly 12:4: what a
	// stop prevents grows up to about 15 minutes and then no more).
	Least, Most, Every time.Duration
	// Within is how recent a visit is that covers a place: 4 hours.
	Within time.Duration
	// Missed is how long a place may go without a visit before it is listed:
	// 24 hours.
	Missed time.Duration
	// Slot is how wide the classes of gaps are whose entropy is told: 15 minutes.
	Slot time.Duration
}

func (r Rule) filled() (Rule, error) {
	for _, d := range []struct {
		name  string
		at    *time.Duration
		value time.Duration
	}{
		{"join", &r.Join, 2 * time.Minute}, {"stop", &r.Stop, time.Minute},
		{"least", &r.Least, 10 * time.Minute}, {"most", &r.Most, 16 * time.Minute}, {"every", &r.Every, 2 * time.Hour},
		{"within", &r.Within, 4 * time.Hour}, {"missed", &r.Missed, 24 * time.Hour}, {"slot", &r.Slot, 15 * time.Minute},
	} {
		if *d.at == 0 {
			*d.at = d.value
		}
		if *d.at < 0 {
			return r, fmt.Errorf("rule, %s %s: want more than 0: %w", d.name, *d.at, ErrInvalid)
		}
	}
	if r.Least > r.Most {
		return r, fmt.Errorf("rule: least %s is more than most %s: %w", r.Least, r.Most, ErrInvalid)
	}
	return r, nil
}

// Place is a place as the patrols should know it.
type Place struct {
	Risk float64 // its weight; 0 or more
	Size float64 // its area in any unit; 0 is 1
	Hot  bool    // the prescription is for it
}

// PlaceReport is one place. Times are seconds.
type PlaceReport struct {
	Place    int     `json:"place"`
	Visits   int     `json:"visits"`
	DriveBys int     `json:"driveBys"`
	Stops    int     `json:"stops"`
	Dwell    float64 `json:"dwell"` // of all units together, inside the window
	// Idleness: time since the last unit left, 0 while one is there. Its mean
	// over the window, its worst, and at the end of the window. Without an
	// earlier visit it counts from the beginning of the window, and Never says
	// that there was none at all.
	MeanIdle  float64 `json:"meanIdle"`
	WorstIdle float64 `json:"worstIdle"`
	Idle      float64 `json:"idle"`
	Never     bool    `json:"never,omitempty"`
	// Doses is visits that last as long as prescribed; Served says that there
	// was one and they were never farther apart than prescribed, ServedShare
	// for how much of the window the last one was recent enough.
	Doses       int     `json:"doses"`
	Served      bool    `json:"served"`
	ServedShare float64 `json:"servedShare"`
	// Variation is the coefficient of variation of the gaps between visits: 0
	// as by the clock, 1 as by chance. Entropy of their lengths, in bits. Both
	// are nil with fewer than two gaps.
	Variation *float64 `json:"variation,omitempty"`
	Entropy   *float64 `json:"entropy,omitempty"`
}

// ServiceGap is a hot place that got less, or more, than prescribed.
type ServiceGap struct {
	Place int     `json:"place"`
	Doses int     `json:"doses"`   // given
	Want  int     `json:"want"`    // prescribed in the window
	Extra float64 `json:"extra"`   // seconds beyond the most that is prescribed
	Due   float64 `json:"dueRisk"` // risk times the missing doses
}

// PatrolReport is how the patrols came by in a window.
type PatrolReport struct {
	Places []PlaceReport `json:"places"`
	// Covered is the share of all risk at places visited within Rule.Within
	// before the end of the window; CoveredPlain the share of their size;
	// Lift the one over the other, which for a plan is its prediction accuracy
	// index: 1 is no better than by chance.
	Covered      float64 `json:"covered"`
	CoveredPlain float64 `json:"coveredPlain"`
	Lift         float64 `json:"lift"`
	// Idleness over all places, and weighted by risk; seconds.
	MeanIdle  float64 `json:"meanIdle"`
	RiskIdle  float64 `json:"riskIdle"`
	WorstIdle float64 `json:"worstIdle"`
	// ServedShare is the share of hot places that got what is prescribed.
	Hot         int          `json:"hot"`
	ServedShare float64      `json:"servedShare"`
	Under       []ServiceGap `json:"under"` // by risk times what is missing
	Over        []ServiceGap `json:"over"`  // by what is too much
	// Gini of the time spent, against risk: 0 where time follows risk, near 1
	// where all is spent where the risk is not. Lorenz are the points of its
	// curve: share of risk, share of time, the least served first.
	Gini   float64      `json:"gini"`
	Lorenz [][2]float64 `json:"lorenz"`
	// Missed are the places without a visit for Rule.Missed, risk times
	// idleness first.
	Missed []int `json:"missed"`
}

// Patrols reports how often, how long and how evenly units came by the places
// in the window, which must have both ends; the end is "now". Passes from before
// the window tell how idle a place was at its beginning.
func Patrols(places []Place, passes []Pass, window layers.Window, rule Rule) (*PatrolReport, error) {
	stays, numbers := make([][]Stay, len(places)), map[string]int32{}
	for _, p := range passes {
		if p.Place < 0 || p.Place >= len(places) {
			return nil, fmt.Errorf("pass at place %d of %d: %w", p.Place, len(places), ErrInvalid)
		}
		n, known := numbers[p.Unit]
		if !known {
			n = int32(len(numbers))
			numbers[p.Unit] = n
		}
		stays[p.Place] = append(stays[p.Place], Stay{n, p.Enter.Sub(window.From).Seconds(), p.Leave.Sub(window.From).Seconds()})
	}
	return PatrolsByPlace(places, func(place int, into []Stay) []Stay { return append(into, stays[place]...) }, window, rule)
}

// PatrolsByPlace is Patrols for stays that lie ready by place: staysAt appends those
// at a place, best in the order of entering. It is called once for each place, in
// their order.
func PatrolsByPlace(places []Place, staysAt func(place int, into []Stay) []Stay, window layers.Window, rule Rule) (*PatrolReport, error) {
	rule, err := rule.filled()
	if err != nil {
		return nil, err
	}
	length := window.To.Sub(window.From).Seconds()
	if window.From.IsZero() || window.To.IsZero() || length <= 0 {
		return nil, fmt.Errorf("patrols in the window from %s to %s: %w", window.From, window.To, ErrInvalid)
	}
	for k, p := range places {
		if !(p.Risk >= 0 && p.Risk <= math.MaxFloat32) || !(p.Size >= 0 && p.Size <= math.MaxFloat32) {
			return nil, fmt.Errorf("place %d of risk %g and size %g: want 0 or more: %w", k, p.Risk, p.Size, ErrInvalid)
		}
	}
	report := &PatrolReport{Places: make([]PlaceReport, len(places)), Under: []ServiceGap{}, Over: []ServiceGap{}, Missed: []int{}}
	joiner := joiner{length: length, join: rule.Join.Seconds()}
	var stays []Stay
	var gaps []float64
	for k, p := range places {
		stays = staysAt(k, stays[:0])
		visits, err := joiner.visitsOf(k, stays)
		if err != nil {
			return nil, err
		}
		report.Places[k] = placeReport(k, visits, length, rule, &gaps)
		if p.Hot {
			report.Hot++
			report.judge(k, p, length, rule)
		}
	}
	report.sum(places, length, rule)
	return report, nil
}

// judge holds a hot place against the prescription.
func (r *PatrolReport) judge(k int, p Place, length float64, rule Rule) {
	is := r.Places[k]
	want := max(1, int(length/rule.Every.Seconds()+1e-9))
	gap := ServiceGap{Place: k, Doses: is.Doses, Want: want}
	if is.Served {
		r.ServedShare++
	}
	if is.Doses < want {
		gap.Due = p.Risk * float64(want-is.Doses)
		r.Under = append(r.Under, gap)
	}
	if gap.Extra = is.Dwell - float64(want)*rule.Most.Seconds(); gap.Extra > 0 {
		r.Over = append(r.Over, gap)
	}
}

// sum adds up the places.
func (r *PatrolReport) sum(places []Place, length float64, rule Rule) {
	var risk, size, time, riskSeen, sizeSeen float64
	for k, p := range places {
		is := r.Places[k]
		area := p.Size
		if area == 0 {
			area = 1
		}
		risk += p.Risk
		size += area
		time += is.Dwell
		if !is.Never && is.Idle <= rule.Within.Seconds() {
			riskSeen += p.Risk
			sizeSeen += area
		}
		r.MeanIdle += is.MeanIdle / float64(len(places))
		r.RiskIdle += p.Risk * is.MeanIdle
		r.WorstIdle = max(r.WorstIdle, is.WorstIdle)
		if is.Never && length >= rule.Missed.Seconds() || !is.Never && is.Idle >= rule.Missed.Seconds() {
			r.Missed = append(r.Missed, k)
		}
	}
	ratio := func(a, b float64) float64 {
		if b == 0 {
			return 0
		}
		return a / b
	}
	r.Covered, r.CoveredPlain = ratio(riskSeen, risk), ratio(sizeSeen, size)
	r.Lift = ratio(r.Covered, r.CoveredPlain)
	r.RiskIdle = ratio(r.RiskIdle, risk)
	r.ServedShare = ratio(r.ServedShare, float64(r.Hot))
	slices.SortStableFunc(r.Under, func(a, b ServiceGap) int { return cmp.Compare(b.Due, a.Due) })
	slices.SortStableFunc(r.Over, func(a, b ServiceGap) int { return cmp.Compare(b.Extra, a.Extra) })
	slices.SortFunc(r.Missed, func(a, b int) int {
		return cmp.Or(cmp.Compare(places[b].Risk*r.Places[b].Idle, places[a].Risk*r.Places[a].Idle), a-b)
	})
	r.Gini, r.Lorenz = lorenz(places, r.Places, risk, time)
}

// lorenz is the curve of time against risk, places in the order of time per
// risk, and one less twice the area under it (Gini). Nil without risk or time.
func lorenz(places []Place, reports []PlaceReport, risk, time float64) (gini float64, curve [][2]float64) {
	if risk == 0 || time == 0 {
		return 0, [][2]float64{}
	}
	order := make([]int, len(places))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int {
		if none := boolOrder(places[a].Risk == 0) - boolOrder(places[b].Risk == 0); none != 0 {
			return none // no risk, only time: last
		}
		// time a / risk a < time b / risk b, without dividing
		if c := cmp.Compare(reports[a].Dwell*places[b].Risk, reports[b].Dwell*places[a].Risk); c != 0 {
			return c
		}
		return a - b
	})
	curve = append(make([][2]float64, 0, len(places)+1), [2]float64{})
	gini = 1
	for _, k := range order {
		last := curve[len(curve)-1]
		next := [2]float64{last[0] + places[k].Risk/risk, last[1] + reports[k].Dwell/time}
		gini -= (next[0] - last[0]) * (next[1] + last[1])
		curve = append(curve, next)
	}
	return gini, curve
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}
