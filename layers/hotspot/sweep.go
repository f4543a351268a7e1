package hotspot

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"sitmap/geo/stats"
)

// Finding is a hotspot that nobody asked for: of one kind, in one window.
type Finding struct {
	Kind     int
	From, To int // steps [From, To)
	Verdict
}

// Swept is what a sweep found, the surest first.
type Swept struct {
	Findings []Finding
	Tests    int // how many p-values were held against one another
}

// Sweep asks about every kind in every window of up to longest steps that ends
// by to and begins by from at the earliest, each place by its own times, and
// corrects for all of it together: what a briefing may print without having
// looked for it. Of findings of one kind that overlap in time and share places,
// the surest stands for all.
func (r *Record) Sweep(from, to, longest int, correction stats.Correction) (Swept, error) {
	if err := r.checkWindow(from, to); err != nil {
		return Swept{}, err
	}
	if longest < 1 {
		return Swept{}, fmt.Errorf("%w: windows of up to %d steps", ErrInput, longest)
	}
	var s sweep
	for kind := range r.kinds {
		s.add(r, kind, from, to, longest)
	}
	classes := stats.Classes(s.above, s.p, correction)
	var order []int
	for i, class := range classes {
		if class != stats.None {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.p[a], s.p[b]), cmp.Compare(math.Abs(s.above[b]), math.Abs(s.above[a])), cmp.Compare(a, b))
	})
	swept := Swept{Tests: len(s.p)}
	var taken []test
	for _, i := range order {
		one := s.tests[i]
		if slices.ContainsFunc(taken, func(other test) bool { return s.overlap(one, other) }) {
			continue
		}
		taken = append(taken, one)
		swept.Findings = append(swept.Findings, s.finding(r, i, classes[i]))
	}
	return swept, nil
}

// test is one place, of one kind, in one window.
type test struct {
	kind     uint16
	from, to uint16
	at       int32 // in the kind's reach
}

type sweep struct {
	reaches []*reach // by kind
	tests   []test
	p       []float64
	above   []float64 // cases less expected
}

// add tests all places and windows of a kind.
func (s *sweep) add(r *Record, kind, from, to, longest int) {
	weight, byStep := make([]float64, r.places.Near.Len()), make(map[int32][]Fact)
	for _, f := range r.facts {
		if int(f.Kind) == kind {
			weight[f.Place] += float64(f.Count)
			byStep[f.Place] = append(byStep[f.Place], f)
		}
	}
	var judged []int32
	for i, w := range weight {
		if w > 0 {
			judged = append(judged, int32(i))
		}
	}
	reach := r.newReach(judged, weight, Enough, Rings)
	s.reaches = append(s.reaches, reach)
	upTo := make([][]int, len(judged)) // cases within reach before each step
	for at := range judged {
		upTo[at] = make([]int, r.steps+1)
		for _, place := range reach.of(at) {
			for _, f := range byStep[place] {
				upTo[at][f.Step+1] += int(f.Count)
			}
		}
		for step := range r.steps {
			upTo[at][step+1] += upTo[at][step]
		}
	}
	all := int(r.kindTotals[kind])
	for first := from; first < to; first++ {
		for after := first + 1; after <= min(first+longest, to); after++ {
			marked := r.within(kind, first, after)
			tails := make(map[int][]float64)
			for at := range judged {
				drawn := upTo[at][r.steps]
				p, known := tails[drawn]
				if !known {
					p = stats.Hypergeometric(all, marked, drawn).Tails(stats.TwoSided)
					tails[drawn] = p
				}
				count := upTo[at][after] - upTo[at][first]
				s.tests = append(s.tests, test{uint16(kind), uint16(first), uint16(after), int32(at)})
				s.p = append(s.p, p[count])
				s.above = append(s.above, float64(count)-float64(drawn)*float64(marked)/float64(all))
			}
		}
	}
}

// overlap tells whether two tests of a kind have time and place in common.
func (s *sweep) overlap(a, b test) bool {
	if a.kind != b.kind || a.to <= b.from || b.to <= a.from {
		return false
	}
	mine, others := s.reaches[a.kind].of(int(a.at)), s.reaches[a.kind].of(int(b.at))
	for len(mine) > 0 && len(others) > 0 {
		switch {
		case mine[0] < others[0]:
			mine = mine[1:]
		case mine[0] > others[0]:
			others = others[1:]
		default:
			return true
		}
	}
	return false
}

func (s *sweep) finding(r *Record, i int, class stats.Class) Finding {
	one := s.tests[i]
	reach := s.reaches[one.kind]
	inWindow := func(place int32) (count int) {
		for _, f := range r.of(int(place)) {
			if f.Kind == one.kind && f.Step >= one.from && f.Step < one.to {
				count += int(f.Count)
			}
		}
		return count
	}
	around := 0
	for _, place := range reach.of(int(one.at)) {
		around += inWindow(place)
	}
	place := reach.judged[one.at]
	v := Verdict{
		Place: place, Count: inWindow(place), Around: around, Expected: float64(around) - s.above[i],
		Members: int(reach.width[one.at]), Rings: int(reach.rings[one.at]), Rate: math.NaN(),
		P: s.p[i], Z: stats.Deviate(s.p[i], s.above[i]), Class: class,
	}
	v.Few = v.Expected < stats.FewExpected
	if r.places.Whole > 0 {
		v.BorderShare = r.places.Near.BorderShare(int(place), r.places.Whole)
	}
	return Finding{Kind: int(one.kind), From: int(one.from), To: int(one.to), Verdict: v}
}
