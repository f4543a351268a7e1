package release

import (
	"cmp"
	"slices"
)

// block is the numbers of a stretch of time that no published number spans: a
// complete year, else a complete quarter, else a month. Its periods are its
// months, then its quarters, then itself as a year. A layer is one period and
// one category: number period × (categories + 1) + category + 1, where category
// −1 is all together.
type block struct {
	t          *tree
	span       Span
	periods    []Period
	categories int
	cases      []token // by leaf
	below      [][]int32
	split      [][]bool // layer, node: are the halves of the node published?
	unit       [][]int32
	frozen     []bool   // layer: published before, it keeps its pieces
	barred     [][]bool // layer, node: may not be parted; nil for all may
	labels     []label
	seasons    []season
	byLabel    [][]int32 // label → numbers of its cases, by leaf
}

// season is the longest period for which single categories are published: a
// quarter, or a month that no complete quarter holds. A year of a category is the
// sum of its quarters.
type season struct {
	period   int // of the block
	from, to int // its months of the block
}

// token is one case.
type token struct {
	leaf  int32
	label int16 // month in the block × categories + category
}

// label is the month and the category of a case: the layers it counts in.
type label struct {
	month, category int
	layers          []int // without the block's own period of all categories
	in              []bool
}

func newBlock(t *tree, s Span, categories int, cases []token) *block {
	b := &block{t: t, span: s, periods: periodsOf(s), categories: categories, cases: cases}
	slices.SortStableFunc(b.cases, func(x, y token) int {
		return cmp.Or(cmp.Compare(x.leaf, y.leaf), cmp.Compare(x.label, y.label))
	})
	n := b.layerCount()
	b.frozen = make([]bool, n)
	b.split = make([][]bool, n)
	for l := range b.split {
		b.split[l] = make([]bool, len(t.nodes))
	}
	months := int(s.To - s.From)
	for m := range months {
		for c := range categories {
			b.labels = append(b.labels, b.newLabel(m, c))
		}
	}
	b.byLabel = make([][]int32, len(b.labels))
	for p, period := range b.periods {
		if period.Months == min(months, quarterly) {
			from := int(period.First - s.From)
			b.seasons = append(b.seasons, season{p, from, from + period.Months})
		}
	}
	b.count()
	return b
}

func (b *block) newLabel(month, category int) label {
	l := label{month: month, category: category, in: make([]bool, b.layerCount())}
	for p, period := range b.periods {
		if period.Holds(Period{b.span.From + Month(month), monthly}) {
			for _, c := range []int{All, category} {
				l.in[b.layer(p, c)] = true
				if c != All && b.ofCategories(p) || c == All && p != b.top() {
					l.layers = append(l.layers, b.layer(p, c))
				}
			}
		}
	}
	return l
}

func (b *block) layerCount() int { return len(b.periods) * (b.categories + 1) }

func (b *block) layer(period, category int) int { return period*(b.categories+1) + category + 1 }

// parts are the period and the category of a layer.
func (b *block) parts(layer int) (period, category int) {
	return layer / (b.categories + 1), layer%(b.categories+1) - 1
}

// ofCategories tells whether single categories are published for a period.
func (b *block) ofCategories(period int) bool { return b.periods[period].Months < yearly }

// seasonOf is the number of the season of a month.
func (b *block) seasonOf(month int) int { return month / (b.seasons[0].to - b.seasons[0].from) }

// top is the block's own period.
func (b *block) top() int { return len(b.periods) - 1 }

// count sums the cases: below[layer][leaf] are those in leaves before it.
func (b *block) count() {
	b.below = make([][]int32, b.layerCount())
	for l := range b.below {
		b.below[l] = make([]int32, len(b.t.leaves)+1)
	}
	for i := range b.byLabel {
		b.byLabel[i] = b.byLabel[i][:0]
	}
	for i, c := range b.cases {
		b.byLabel[c.label] = append(b.byLabel[c.label], int32(i))
		for l, in := range b.labels[c.label].in {
			if in {
				b.below[l][c.leaf+1]++
			}
		}
	}
	for _, sums := range b.below {
		for i := 1; i < len(sums); i++ {
			sums[i] += sums[i-1]
		}
	}
}

// in is how many cases of a layer a node holds.
func (b *block) in(layer int, n int32) int {
	at := &b.t.nodes[n]
	return int(b.below[layer][at.to] - b.below[layer][at.from])
}

// settle notes for every layer and leaf the piece that holds it.
func (b *block) settle() {
	b.unit = make([][]int32, b.layerCount())
	for l := range b.unit {
		b.unit[l] = make([]int32, len(b.t.leaves))
		b.fillUnits(l, 0)
	}
}

// fillUnits notes the pieces of a layer below a node that is one or is parted.
func (b *block) fillUnits(layer int, n int32) {
	at := &b.t.nodes[n]
	if b.split[layer][n] {
		b.fillUnits(layer, at.left)
		b.fillUnits(layer, at.right)
		return
	}
	for leaf := at.from; leaf < at.to; leaf++ {
		b.unit[layer][leaf] = n
	}
}

// join takes back that a layer shows the halves of a node, and all that may
// only be shown with it: what lies below, shorter periods, single categories.
func (b *block) join(layer int, n int32) {
	if !b.split[layer][n] || b.frozen[layer] {
		return
	}
	b.split[layer][n] = false
	p, c := b.parts(layer)
	for q := range b.periods {
		if q != p && b.periods[p].Holds(b.periods[q]) {
			b.join(b.layer(q, c), n)
		}
	}
	if c == All {
		for d := range b.categories {
			b.join(b.layer(p, d), n)
		}
	}
	for _, half := range []int32{b.t.nodes[n].left, b.t.nodes[n].right} {
		b.join(layer, half)
	}
}
