package release

import (
	"cmp"
	"math"
	"os"
	"slices"
	"testing"
)

// bounded is a withheld number between what is proven and what follows.
type bounded struct {
	finding
	b         *block
	low, high int // nothing outside is possible
}

func (x *bounded) width() int { return x.high - x.low }

// The bounds of every withheld number of the demo city, all places, periods and
// categories, over all published ones: what follows by adding and subtracting
// without end from outside, a witness from inside. The truth lies between, no witness
// reaches beyond what follows, and none is narrower than the rule.
//
// SITMAP_AUDIT=full also follows every witness as far as it goes, so that the two
// meet for as many as possible, and holds the narrowest numbers of each quarter
// against linear programming over all its published numbers.
func TestBoundsOfTheWholeCity(t *testing.T) {
	s := theRelease(t)
	full := os.Getenv("SITMAP_AUDIT") == "full"
	checked, met, fixed := 0, 0, 0
	widths := make(map[int]int)
	var narrowest []bounded
	for _, part := range blocksOf(s.span) {
		b := s.block(part)
		e := s.enclose(b)
		a := newAuditor(b, s.rule)
		if full {
			a.far = reach
		}
		b.withheld(func(l int, n int32) {
			x := bounded{finding: a.prove(l, n), b: b}
			x.need = s.rule.need(b.in(l, 0))
			x.low, x.high = e.of(l, n)
			checked++
			if x.low > x.count-x.down || x.high < x.count+x.up {
				t.Errorf("%v, layer %d, place %d: a witness says %d − %d to + %d, what follows is %d to %d", part, l, n, x.count, x.down, x.up, x.low, x.high)
			}
			if x.narrow() {
				t.Errorf("%v, layer %d, place %d: %d − %d to + %d is proven, narrower than %d", part, l, n, x.count, x.down, x.up, x.need)
			}
			if x.down+x.up == x.width() {
				met++
			}
			if x.width() == 0 {
				fixed++
			}
			widths[min(x.width(), 20)]++
			if x.need == s.rule.full() && x.width() <= s.rule.full()+3 {
				narrowest = append(narrowest, x)
			}
		})
	}
	t.Logf("%d withheld numbers; for %d of them the bounds are exact; %d follow exactly, all of them where the whole city has none", checked, met, fixed)
	for _, w := range []int{0, 1, 2, 3, 4, 5, 10, 19, 20} {
		n := 0
		for width, count := range widths {
			if width <= w {
				n += count
			}
		}
		t.Logf("at most %2d wide: %d", w, n)
	}
	if none := limitedByTheCity(s)[0]; fixed != none {
		t.Errorf("%d numbers follow exactly, the city has none of %d", fixed, none)
	}
	slices.SortStableFunc(narrowest, func(x, y bounded) int { return cmp.Compare(x.width(), y.width()) })
	for _, x := range narrowest[:min(5, len(narrowest))] {
		p, c := x.b.parts(x.layer)
		areas, level, _ := s.tree.areasOf(x.node)
		t.Logf("narrowest: %s %v in %v, category %d: %d to %d", level, areas[0], x.b.periods[p], s.code(c), x.low, x.high)
	}
	if full {
		programmed(t, s, narrowest)
	}
}

// programmed holds the narrowest numbers of each quarter against linear programming
// over all that is published of the quarter, and of its months, in all categories.
func programmed(t *testing.T, s *Set, narrowest []bounded) {
	for _, quarter := range s.Periods() {
		if quarter.Months != quarterly {
			continue
		}
		attack, err := NewAttack(s, Span{quarter.First, quarter.end()}, true)
		if err != nil {
			t.Fatal(err)
		}
		checked, reached, same := 0, 0, 0
		for _, x := range narrowest {
			p, c := x.b.parts(x.layer)
			if !quarter.Holds(x.b.periods[p]) || !attack.Holds(int(x.node)) || checked == 100 {
				continue
			}
			bound, err := attack.Bounds(int(x.node), x.b.periods[p], c)
			if err != nil {
				t.Error(err)
				continue
			}
			checked++
			low, high := int(math.Ceil(bound.Low.Float())), int(math.Floor(bound.High.Float()))
			if low > x.count-x.down || high < x.count+x.up || high-low < x.need {
				t.Errorf("%v, category %d, place %d: %d to %d by all numbers, proven %d − %d to + %d", x.b.periods[p], c, x.node, low, high, x.count, x.down, x.up)
			}
			if bound.Reached {
				reached++
			}
			if max(low, x.low) == x.low && min(high, x.high) == x.high {
				same++
			}
		}
		t.Logf("%v: %d of the narrowest numbers by linear programming over all sums of %d pieces, %d of them exactly; for %d it finds no more than adding and subtracting", quarter, checked, len(attack.pieces), reached, same)
	}
}
