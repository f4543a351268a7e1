package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// visit is a stay of one unit at a place, in seconds since the beginning of the
// window. It may have begun before that, and then is negative.
type visit struct{ Enter, Leave float64 }

// stay is how long the visit is.
func (v visit) stay() float64 { return v.Leave - v.Enter }

// earlier tells whether it was over when the window began.
func (v visit) earlier() bool { return v.Enter < 0 && v.Leave <= 0 }

// joiner makes visits of stays, one place after the other, in memory that it uses
// again.
type joiner struct {
	length float64 // of the window, seconds
	join   float64 // longest absence that does not end a stay, seconds
	visits []visit
	unit   []int32 // by visit, whose it is
	last   []int32 // by unit, one more than the number of its newest visit here
}

// visitsOf joins the stays at one place, which it puts in the order of entering, to
// visits in that order. What begins after the window is left out, what lasts longer
// ends with it. They hold until the next call.
func (j *joiner) visitsOf(place int, stays []Stay) ([]visit, error) {
	order := func(a, b Stay) int { return cmp.Compare(a.Enter, b.Enter) }
	if !slices.IsSortedFunc(stays, order) {
		slices.SortFunc(stays, order)
	}
	for _, unit := range j.unit {
		j.last[unit] = 0
	}
	j.visits, j.unit = j.visits[:0], j.unit[:0]
	for _, s := range stays {
		if s.Unit < 0 || !(s.Leave >= s.Enter) {
			return nil, fmt.Errorf("stay at place %d of unit %d from %g to %g: %w", place, s.Unit, s.Enter, s.Leave, ErrInvalid)
		}
		if s.Enter >= j.length {
			continue
		}
		if int(s.Unit) >= len(j.last) {
			j.last = append(j.last, make([]int32, int(s.Unit)+1-len(j.last))...)
		}
		leave := min(s.Leave, j.length)
		if n := j.last[s.Unit]; n > 0 && s.Enter-j.visits[n-1].Leave <= j.join {
			j.visits[n-1].Leave = max(j.visits[n-1].Leave, leave)
			continue
		}
		j.visits, j.unit = append(j.visits, visit{s.Enter, leave}), append(j.unit, s.Unit)
		j.last[s.Unit] = int32(len(j.visits))
	}
	return j.visits, nil
}

// placeReport is one place, from its visits in the order of entering. Gaps is memory
// that may be used, and is used again.
func placeReport(place int, visits []visit, length float64, rule Rule, gaps *[]float64) PlaceReport {
	r := PlaceReport{Place: place, Never: len(visits) == 0}
	for _, v := range visits {
		if v.earlier() {
			continue
		}
		r.Visits++
		r.Dwell += v.Leave - max(v.Enter, 0)
		if v.stay() < rule.Stop.Seconds() {
			r.DriveBys++
		} else {
			r.Stops++
		}
	}
	idle := idlenessOf(visits, length, (*gaps)[:0])
	*gaps = idle.gaps
	r.MeanIdle, r.WorstIdle, r.Idle = idle.area/length, idle.worst, idle.now

	var doses []visit
	for _, v := range visits {
		if v.stay() < rule.Least.Seconds() {
			continue
		}
		if doses = append(doses, v); !v.earlier() {
			r.Doses++
		}
	}
	r.ServedShare = recent(doses, length, rule.Every.Seconds()) / length
	r.Served = r.ServedShare >= 1-1e-9
	r.regularity(idle.gaps, rule.Slot.Seconds())
	return r
}

// idleness is the course of a place's idleness over a window.
type idleness struct {
	area, worst, now float64   // area: its integral, in square seconds
	gaps             []float64 // between a leaving and the next entering, inside the window
}

func idlenessOf(visits []visit, length float64, gaps []float64) idleness {
	i := idleness{gaps: gaps}
	left := 0.0 // when the last unit left; without an earlier visit the beginning
	if len(visits) > 0 && visits[0].earlier() {
		left = visits[0].Leave
	}
	at := 0.0 // up to here all is added up
	seen := false
	until := func(t float64) {
		if t > at {
			from, to := at-left, t-left
			i.area += (to*to - from*from) / 2
			i.worst = max(i.worst, to)
		}
	}
	for _, v := range visits {
		if v.earlier() {
			left = max(left, v.Leave)
			continue
		}
		until(v.Enter)
		if seen && v.Enter > left {
			i.gaps = append(i.gaps, v.Enter-left)
		}
		seen = true
		left, at = max(left, v.Leave), max(at, v.Leave)
	}
	until(length)
	i.now = max(0, length-left)
	i.worst = max(i.worst, i.now)
	return i
}

// recent is for how long of the window a dose was under way, or had ended at
// most every seconds ago. Without an earlier one the first is due when that time
// has passed since the beginning, until when nothing is amiss.
func recent(doses []visit, length, every float64) float64 {
	if len(doses) == 0 {
		return 0
	}
	total, until := 0.0, 0.0
	if !doses[0].earlier() {
		total = min(every, max(doses[0].Enter, 0), length)
		until = total
	}
	for _, v := range doses {
		from, to := max(v.Enter, until), min(v.Leave+every, length)
		if to > from {
			total += to - from
			until = to
		}
	}
	return total
}

// regularity tells how alike the gaps are.
func (r *PlaceReport) regularity(gaps []float64, slot float64) {
	if len(gaps) < 2 {
		return
	}
	n := float64(len(gaps))
	mean, square := 0.0, 0.0
	for _, g := range gaps {
		mean += g / n
	}
	for _, g := range gaps {
		square += (g - mean) * (g - mean) / n
	}
	variation, entropy := math.Sqrt(square)/mean, 0.0
	slices.Sort(gaps)
	for k := 0; k < len(gaps); { // those of one class lie side by side
		from := k
		for class := int(gaps[k] / slot); k < len(gaps) && int(gaps[k]/slot) == class; k++ {
		}
		p := float64(k-from) / n
		entropy -= p * math.Log2(p)
	}
	r.Variation, r.Entropy = &variation, &entropy
}
