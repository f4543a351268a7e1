package release

// finding is what the audit proved about one withheld number.
type finding struct {
	layer    int
	node     int32
	count    int // the truth
	down, up int // proven: at least so far below and above the truth
	need     int // the width that the rule asks for
	// place says that the node may have too few cases of any kind in the period.
	place bool
}

func (f *finding) narrow() bool { return f.down+f.up < f.need }

// auditor proves withheld numbers of a block wide, as it is cut at the moment.
type auditor struct {
	b            *block
	rule         Rule
	far          int // prove so far instead of what the rule asks for; 0 for the rule
	w            *witness
	coarse       []*exchange // of the seasons, then of the months if these are shorter
	fine         *exchange
	rise         map[[2]int][]int8  // coarse table and label → piece → how far it rises, −1 not tried
	most         [][]int8           // node → month → how far it rises inside its piece
	lifts, parts map[[2]int][]int16 // as liftOf and partOf found them
	labels       [][]int            // layer → its labels
	is           [][]bool
}

func newAuditor(b *block, rule Rule) *auditor {
	a := &auditor{b: b, rule: rule, fine: newFine(b), lifts: make(map[[2]int][]int16), parts: make(map[[2]int][]int16)}
	for _, s := range b.seasons {
		a.coarse = append(a.coarse, newCoarse(b, s.from, s.to))
	}
	months := int(b.span.To - b.span.From)
	if len(b.seasons) < months {
		for m := range months {
			a.coarse = append(a.coarse, newCoarse(b, m, m+1))
		}
	}
	a.w = newWitness(b)
	a.rise = make(map[[2]int][]int8)
	a.most = make([][]int8, len(b.t.nodes))
	a.labels, a.is = make([][]int, len(b.unit)), make([][]bool, len(b.unit))
	for l := range b.unit {
		a.is[l] = make([]bool, len(b.labels))
		for i, label := range b.labels {
			if label.in[l] {
				a.labels[l] = append(a.labels[l], i)
				a.is[l][i] = true
			}
		}
	}
	return a
}

// withheld calls do for every withheld number: every node that any layer shows,
// in every layer that does not show it. What lies inside a piece that no layer
// parts is as free as the piece: its cases may lie anywhere in it. Years of single
// categories are left out: they are sums of quarters, and free when one of them is.
func (b *block) withheld(do func(layer int, n int32)) {
	shown := make([]bool, len(b.t.nodes))
	for _, split := range b.split {
		for n := range b.t.nodes {
			if p := b.t.nodes[n].parent; p >= 0 && split[p] {
				shown[n] = true
			}
		}
	}
	for l := range b.unit {
		if p, c := b.parts(l); c != All && !b.ofCategories(p) {
			continue
		}
		for n, is := range shown {
			around := b.unit[l][b.t.nodes[n].from]
			if is && int32(n) != around && b.t.within(int32(n), around) {
				do(l, int32(n))
			}
		}
	}
}

// prove finds how wide the interval of a withheld number is at least, until it is
// as wide as the rule asks for.
func (a *auditor) prove(layer int, n int32) finding {
	b := a.b
	f := finding{layer: layer, node: n, count: b.in(layer, n), need: a.need(b.in(layer, 0))}
	if b.together(layer) {
		a.proveTogether(&f)
		return f
	}
	p, _ := b.parts(layer)
	from := int(b.periods[p].First - b.span.From)
	a.proveSingle(&f, b.seasonOf(from))
	if f.narrow() && b.periods[p].Months == monthly && len(a.coarse) > len(b.seasons) {
		other := finding{layer: layer, node: n, count: f.count, need: f.need}
		a.proveSingle(&other, len(b.seasons)+from)
		if other.down+other.up > f.down+f.up {
			f = other
		}
	}
	if f.narrow() {
		down, up := a.w.free(a.target(layer, n), f.need)
		f.down, f.up = max(f.down, down), max(f.up, up)
	}
	return f
}

func (a *auditor) target(layer int, n int32) *target {
	b := a.b
	return &target{node: n, within: b.unit[layer][b.t.nodes[n].from], labels: a.labels[layer], is: a.is[layer]}
}

// proveSingle proves a number of one category in one of the coarse tables.
func (a *auditor) proveSingle(f *finding, table int) {
	b, e := a.b, a.coarse[table]
	if piece := a.piece(table, f.node); f.node != piece && b.t.within(f.node, piece) {
		a.proveInside(f, table)
		return
	}
	labels, is := e.labels(f.layer)
	rings := a.rings(e, f.node, f.layer, 0)
	f.up = e.up(rings, labels, is, f.need)
	if f.narrow() {
		f.down = e.down(rings[0], rings[len(rings)-1], labels, is, f.need-f.up)
	}
}

// need is the width to prove, given the city's own number.
func (a *auditor) need(city int) int {
	if a.far > 0 {
		return min(a.far, city)
	}
	return a.rule.need(city)
}

// piece is the piece of a coarse table around the first leaf of a node.
func (a *auditor) piece(table int, n int32) int32 {
	e := a.coarse[table]
	return e.pieces[e.of[a.b.t.nodes[n].from]]
}

// labels lists the labels of a table that count in a layer, as a list and as a set.
func (e *exchange) labels(layer int) (labels []int, is []bool) {
	is = make([]bool, len(e.row))
	for i := range is {
		if e.b.labels[e.first*e.b.categories+i].in[layer] {
			labels = append(labels, i)
			is[i] = true
		}
	}
	return labels, is
}

// rings are the runs of pieces of a node and of the pieces around it in the
// category's layers, from the block's own period to the layer's, none beyond limit.
func (a *auditor) rings(e *exchange, n int32, layer int, limit int32) []ring {
	b := a.b
	p, category := b.parts(layer)
	if around := b.unit[layer][b.t.nodes[n].from]; b.t.within(around, limit) {
		limit = around
	}
	rings := []ring{e.run(n)}
	for q := b.top(); q >= p; q-- {
		if !b.periods[q].Holds(b.periods[p]) || category != All && !b.ofCategories(q) {
			continue
		}
		around := b.unit[b.layer(q, category)][b.t.nodes[n].from]
		if b.t.within(limit, around) {
			around = limit
		}
		if r := e.run(around); b.t.within(n, around) && r != rings[len(rings)-1] {
			rings = append(rings, r)
		}
	}
	return rings
}

// run is the pieces of a node.
func (e *exchange) run(n int32) ring {
	at := &e.b.t.nodes[n]
	return ring{e.of[at.from], e.of[at.to-1] + 1}
}

// monthsOf lists the months of a period, as a list and as a set.
func (b *block) monthsOf(p int) (months []int, is []bool) {
	is = make([]bool, int(b.span.To-b.span.From))
	for m := range is {
		if b.periods[p].Holds(Period{b.span.From + Month(m), monthly}) {
			months = append(months, m)
			is[m] = true
		}
	}
	return months, is
}
