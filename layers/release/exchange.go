package release

// exchange finds other cities with the same published numbers by letting pieces
// exchange cases, in a table of pieces by labels.
//
// Between two pieces such a change is a circulation. Each label is an edge
// between a row, which keeps its sum in each piece, and a hub: the shortest
// period for which some layer tells the two pieces apart, whose sum stays too;
// one common hub stands for all that is told apart nowhere. To raise a label and
// keep all rows and hubs is to find a cycle through its edge: breadth first, in
// whole cases. Both families of sums are nested, so nothing that fractions of
// cases could do between the two pieces is missed.
//
// There are two kinds of tables. In a coarse one, of a season or a month, the
// pieces are the smallest that any single category tells apart, labels are months
// by categories, rows are months: each piece keeps its number of each month, so
// whatever layers of all categories show inside it stays, and the categories of a
// month may be dealt anew within it. In the fine one the pieces are the smallest
// that any layer of all categories tells apart, labels are months, and there is
// one row.
type exchange struct {
	b      *block
	pieces []int32   // nodes, from left to right
	of     []int32   // leaf → number of its piece
	table  [][]int16 // piece, label → cases
	rows   int
	row    []int16   // label → row
	first  int       // month of the block of the first row
	chains [][]int   // label → its layers, longest period first
	unit   [][]int32 // layer, piece → node
	hubs   []int16   // of the pair at hand: label → hub, fixed for none
	from   []int32   // row or hub → the label that led there
	x, y   []int32   // of the pair: label → cases
	queue  []int32
	undo   []step
	only   []bool // labels that may change; nil for all
	relay  *relay // of the coarse table
}

// step is one case more or less.
type step struct {
	piece int32
	label int16
	by    int16
}

// fixed marks a label that a layer shows for one of the pair by itself.
const fixed = -1

// newCoarse makes the coarse table of some months: a season, or one month of it.
func newCoarse(b *block, from, to int) *exchange {
	e := &exchange{b: b, rows: to - from, first: from}
	months := Period{b.span.From + Month(from), to - from}
	e.cut(func(l int) bool {
		p, c := b.parts(l)
		return c != All && b.ofCategories(p) && (months.Holds(b.periods[p]) || b.periods[p].Holds(months))
	})
	for month := from; month < to; month++ {
		for c := range b.categories {
			e.row = append(e.row, int16(month-from))
			e.chains = append(e.chains, b.chain(month, c))
		}
	}
	e.fill(func(l int16) int {
		if m := int(l) / b.categories; m < from || m >= to {
			return -1
		}
		return int(l) - from*b.categories
	})
	e.relay = newRelay(e)
	return e
}

// newFine makes the fine table.
func newFine(b *block) *exchange {
	e := &exchange{b: b, rows: 1}
	e.cut(b.together)
	for month := range int(b.span.To - b.span.From) {
		e.row = append(e.row, 0)
		e.chains = append(e.chains, b.chain(month, All)[1:])
	}
	e.fill(func(l int16) int { return int(l) / b.categories })
	return e
}

// fill counts the cases of each piece and label; labelOf gives −1 for cases that
// are not in the table.
func (e *exchange) fill(labelOf func(int16) int) {
	e.hubs = make([]int16, len(e.row))
	e.x, e.y = make([]int32, len(e.row)), make([]int32, len(e.row))
	e.from = make([]int32, e.rows+1+len(e.b.unit))
	e.table = make([][]int16, len(e.pieces))
	for i := range e.table {
		e.table[i] = make([]int16, len(e.row))
	}
	for _, t := range e.b.cases {
		if l := labelOf(t.label); l >= 0 {
			e.table[e.of[t.leaf]][l]++
		}
	}
}

// cut finds the smallest pieces of some layers and which piece of every layer
// they lie in.
func (e *exchange) cut(of func(layer int) bool) {
	b := e.b
	e.of = make([]int32, len(b.t.leaves))
	for leaf := int32(0); int(leaf) < len(b.t.leaves); {
		smallest := int32(0)
		for l := range b.unit {
			if of(l) && b.t.within(b.unit[l][leaf], smallest) {
				smallest = b.unit[l][leaf]
			}
		}
		for ; leaf < b.t.nodes[smallest].to; leaf++ {
			e.of[leaf] = int32(len(e.pieces))
		}
		e.pieces = append(e.pieces, smallest)
	}
	e.unit = make([][]int32, len(b.unit))
	for l := range e.unit {
		for _, p := range e.pieces {
			e.unit[l] = append(e.unit[l], b.unit[l][b.t.nodes[p].from])
		}
	}
}

// chain is the published layers of a category in which a month counts, longest
// period first.
func (b *block) chain(month, category int) []int {
	var chain []int
	for p := b.top(); p >= 0; p-- {
		if (category == All || b.ofCategories(p)) && b.periods[p].Holds(Period{b.span.From + Month(month), monthly}) {
			chain = append(chain, b.layer(p, category))
		}
	}
	return chain
}
