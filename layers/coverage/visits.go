package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"sitmap/layers"
)

// visit is a stay of one unit at a place, in seconds since the beginning of the
// window. It may have begun before that, and then is negative.
type visit struct{ Enter, Leave float64 }

// clockTick is the finest time that counts, in seconds. Devices report every so
// many seconds, so that many visits last as long as a limit to the tick; the
// differences of the numbers here are a little off.
const clockTick = 1e-6

// shorter tells whether the visit is shorter than that, in seconds.
func (v visit) shorter(than float64) bool { return v.Leave-v.Enter < than-clockTick }

// earlier tells whether it was over when the window began.
func (v visit) earlier() bool { return v.Enter < 0 && v.Leave <= 0 }

// visitsOf joins passes to visits, by place in the order of entering. What
// begins after the window is left out, what lasts longer ends with it.
func visitsOf(places int, passes []Pass, window layers.Window, join time.Duration) ([][]visit, error) {
	sorted := slices.Clone(passes)
	slices.SortStableFunc(sorted, func(a, b Pass) int {
		return cmp.Or(a.Place-b.Place, cmp.Compare(a.Unit, b.Unit), a.Enter.Compare(b.Enter))
	})
	visits := make([][]visit, places)
	for k, p := range sorted {
		if p.Place < 0 || p.Place >= places || p.Leave.Before(p.Enter) {
			return nil, fmt.Errorf("pass at place %d of %d from %s to %s: %w", p.Place, places, p.Enter, p.Leave, ErrInvalid)
		}
		if !p.Enter.Before(window.To) {
			continue
		}
		leave := p.Leave
		if leave.After(window.To) {
			leave = window.To
		}
		v := visit{p.Enter.Sub(window.From).Seconds(), leave.Sub(window.From).Seconds()}
		list := visits[p.Place]
		if k > 0 && sorted[k-1].Place == p.Place && sorted[k-1].Unit == p.Unit && len(list) > 0 {
			if last := &list[len(list)-1]; v.Enter-last.Leave <= join.Seconds()+clockTick {
				last.Leave = max(last.Leave, v.Leave)
				continue
			}
		}
		visits[p.Place] = append(list, v)
	}
	for _, list := range visits {
		slices.SortStableFunc(list, func(a, b visit) int {
			return cmp.Or(cmp.Compare(a.Enter, b.Enter), cmp.Compare(a.Leave, b.Leave))
		})
	}
	return visits, nil
}

// placeReport is one place, from its visits in the order of entering.
func placeReport(place int, visits []visit, length float64, rule Rule) PlaceReport {
	r := PlaceReport{Place: place, Never: len(visits) == 0}
	for _, v := range visits {
		if v.earlier() {
			continue
		}
		r.Visits++
		r.Dwell += v.Leave - max(v.Enter, 0)
		if v.shorter(rule.Stop.Seconds()) {
			r.DriveBys++
		} else {
			r.Stops++
		}
	}
	idle := idlenessOf(visits, length)
	r.MeanIdle, r.WorstIdle, r.Idle = idle.area/length, idle.worst, idle.now

	doses := slices.DeleteFunc(slices.Clone(visits), func(v visit) bool { return v.shorter(rule.Least.Seconds()) })
	for _, v := range doses {
		if !v.earlier() {
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

func idlenessOf(visits []visit, length float64) idleness {
	var i idleness
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
	classes := make(map[int]float64)
	for _, g := range gaps {
		mean += g / n
		classes[int(g/slot)]++
	}
	for _, g := range gaps {
		square += (g - mean) * (g - mean) / n
	}
	variation, entropy := math.Sqrt(square)/mean, 0.0
	var shares []float64
	for _, c := range classes {
		shares = append(shares, c/n)
	}
	slices.Sort(shares) // the order of adding up must not be by chance
	for _, p := range shares {
		entropy -= p * math.Log2(p)
	}
	r.Variation, r.Entropy = &variation, &entropy
}
