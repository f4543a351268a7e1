package release

import (
	"cmp"
	"slices"

	"sitmap/layers"
)

// Open is a withheld number with what can be proven about it: there are cities
// with all the published numbers in which it is Low, and others in which it is
// High. It tells more than the release does, so it is for auditors, on invented
// data.
type Open struct {
	Areas    []int64 `json:"areas"`
	Level    string  `json:"level"`
	Part     bool    `json:"part,omitempty"` // only some cells of the one area
	Period   string  `json:"period"`
	Category int     `json:"category"` // code; −1 for all
	Low      int     `json:"low"`
	High     int     `json:"high"`
	Need     int     `json:"need"` // the width that the rule asks for
	// Around are the published numbers that bound it: the smallest pieces around
	// the place, in each period and category that counts it.
	Around []Shown `json:"around"`
}

// Shown is a published number.
type Shown struct {
	Areas    []int64 `json:"areas"`
	Level    string  `json:"level"`
	Period   string  `json:"period"`
	Category int     `json:"category"`
	Count    int     `json:"count"`
}

// reach is how far an auditor's view follows a number.
const reach = 60

// Tightest finds the withheld numbers whose proof was narrowest, and follows each
// as far as it goes.
func (s *Set) Tightest(most int) []Open {
	type candidate struct {
		finding
		block int
	}
	var found []candidate
	var blocks []*block
	for i, part := range blocksOf(s.span) {
		b := s.block(part)
		blocks = append(blocks, b)
		a := newAuditor(b, s.rule)
		b.withheld(func(l int, n int32) {
			if f := a.prove(l, n); f.need == s.rule.full() {
				found = append(found, candidate{f, i})
			}
		})
	}
	auditors := make([]*auditor, len(blocks))
	further := func(c *candidate, far int) {
		a := auditors[c.block]
		if a == nil || a.far != far {
			a = newAuditor(blocks[c.block], s.rule)
			a.far = far
			auditors[c.block] = a
		}
		f := a.prove(c.layer, c.node)
		c.down, c.up = max(c.down, f.down), max(c.up, f.up)
	}
	// The proof of most ended as soon as it was wide enough: see which go on.
	for i := range found {
		if found[i].down+found[i].up == s.rule.full() {
			further(&found[i], 3*s.rule.full())
		}
	}
	slices.SortStableFunc(found, func(x, y candidate) int { return cmp.Compare(x.down+x.up, y.down+y.up) })
	var open []Open
	for _, c := range found[:min(most, len(found))] {
		further(&c, reach)
		b := blocks[c.block]
		o := Open{Low: c.count - c.down, High: c.count + c.up, Need: c.need}
		o.Areas, o.Level, o.Part = s.tree.areasOf(c.node)
		p, category := b.parts(c.layer)
		o.Period, o.Category = b.periods[p].String(), s.code(category)
		o.Around = s.around(b, c.layer, c.node)
		open = append(open, o)
	}
	return open
}

// code is the code of a category.
func (s *Set) code(category int) int {
	if category == All {
		return All
	}
	return int(s.categories[category])
}

// around lists the published numbers that count all of a withheld one.
func (s *Set) around(b *block, layer int, n int32) []Shown {
	var list []Shown
	p, c := b.parts(layer)
	for q, period := range b.periods {
		for _, d := range slices.Compact([]int{All, c}) {
			l := b.layer(q, d)
			around := b.unit[l][b.t.nodes[n].from]
			if !period.Holds(b.periods[p]) || d != All && !b.ofCategories(q) || !b.t.within(n, around) {
				continue
			}
			shown := Shown{Period: period.String(), Category: s.code(d), Count: b.in(l, around)}
			shown.Areas, shown.Level, _ = s.tree.areasOf(around)
			list = append(list, shown)
		}
	}
	return list
}

// areasOf names a node by the largest areas that it is made of.
func (t *tree) areasOf(n int32) (areas []int64, level string, part bool) {
	if n == 0 {
		return []int64{t.city}, string(layers.City), false
	}
	for _, level := range []layers.Level{layers.County, layers.Township, layers.Village} {
		var areas []int64
		covered := int32(0)
		for _, number := range t.order[level] {
			if of := t.areas[number]; t.within(of, n) {
				areas = append(areas, number)
				covered += t.nodes[of].to - t.nodes[of].from
			}
		}
		if covered == t.nodes[n].to-t.nodes[n].from {
			return areas, string(level), false
		}
	}
	return []int64{t.villages[t.nodes[n].firstVillage].Number}, string(layers.Village), true
}
