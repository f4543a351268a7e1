package cube

import (
	"cmp"
	"runtime"
	"slices"

	"sitmap/geo/hex"
)

// Fact is how many points of a category lie in an atom in a span of time.
type Fact struct {
	Cell     hex.Cell // of resolution 9
	Area     int64    // of the village
	Span     int32    // as in View.Facts
	Category uint8
	Count    int32
}

func (f Fact) compare(g Fact) int {
	return cmp.Or(cmp.Compare(f.Cell, g.Cell), cmp.Compare(f.Area, g.Area), cmp.Compare(f.Span, g.Span), cmp.Compare(f.Category, g.Category))
}

// Facts lists all points counted as finely as the bounds of time allow, in
// the order of cell, area, span and category. Span i is [bounds[i],
// bounds[i+1]); points outside all of them are left out.
func (v *View) Facts(bounds []int64) []Fact {
	var facts []Fact
	add := func(p Point, n int32) {
		span, exact := slices.BinarySearch(bounds, p.Time)
		if !exact {
			span--
		}
		if span < 0 || span+1 >= len(bounds) {
			return
		}
		f := Fact{p.Cell, p.Area, int32(span), p.Category, n}
		// The points of an atom are in order of time: an equal fact is near.
		for i := len(facts) - 1; i >= 0 && facts[i].Cell == f.Cell && facts[i].Area == f.Area && facts[i].Span == f.Span; i-- {
			if facts[i].Category == f.Category {
				facts[i].Count += n
				return
			}
		}
		facts = append(facts, f)
	}
	b := v.base
	last := &b.levels[Resolution]
	for i, cell := range last.cells {
		for a := last.child[i]; a < last.child[i+1]; a++ {
			area := b.areas[b.atomArea[a]]
			for k := b.atomPoint[a]; k < b.atomPoint[a+1]; k++ {
				add(Point{Cell: cell, Area: area, Time: int64(b.times[k]) + epoch, Category: b.categories[k]}, 1)
			}
		}
	}
	for i := range v.Tail() {
		change := v.entry(i)
		add(change.Point, int32(change.Sign))
	}
	runtime.KeepAlive(v) // and with it the memory of its columns
	slices.SortFunc(facts, Fact.compare)
	kept := facts[:0]
	for _, f := range facts {
		if n := len(kept); n > 0 && kept[n-1].compare(f) == 0 {
			kept[n-1].Count += f.Count
		} else {
			kept = append(kept, f)
		}
	}
	return slices.DeleteFunc(kept, func(f Fact) bool { return f.Count == 0 })
}
