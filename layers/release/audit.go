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
	b      *block
	rule   Rule
	w      *witness
	coarse []*exchange // of the seasons
	fine   *exchange
	shown  []bool   // nodes that a layer shows
	rise   [][]int8 // label, coarse piece → how far it rises, −1 not tried
	most   [][]int8 // node → month → how far it rises inside its piece
	labels [][]int  // layer → its labels
	is     [][]bool
}

func newAuditor(b *block, rule Rule) *auditor {
	a := &auditor{b: b, rule: rule, fine: newFine(b), shown: make([]bool, len(b.t.nodes))}
	for _, s := range b.seasons {
		a.coarse = append(a.coarse, newCoarse(b, s))
	}
	a.w = newWitness(b, a.coarse)
	for _, split := range b.split {
		for n := range b.t.nodes {
			if p := b.t.nodes[n].parent; p >= 0 && split[p] {
				a.shown[n] = true
			}
		}
	}
	a.rise = make([][]int8, len(b.labels))
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
func (a *auditor) withheld(do func(layer int, n int32)) {
	for l := range a.b.unit {
		if p, c := a.b.parts(l); c != All && !a.b.ofCategories(p) {
			continue
		}
		for n, is := range a.shown {
			around := a.b.unit[l][a.b.t.nodes[n].from]
			if is && int32(n) != around && a.b.t.within(int32(n), around) {
				do(l, int32(n))
			}
		}
	}
}

// prove finds how wide the interval of a withheld number is at least.
func (a *auditor) prove(layer int, n int32) finding {
	b := a.b
	f := finding{layer: layer, node: n, count: b.in(layer, n), need: a.rule.need(b.in(layer, 0))}
	if b.together(layer) {
		a.proveTogether(&f)
		return f
	}
	p, _ := b.parts(layer)
	season := b.seasonOf(int(b.periods[p].First - b.span.From))
	if piece := a.piece(season, n); n != piece && b.t.within(n, piece) {
		a.proveInside(&f, season)
		return f
	}
	e := a.coarse[season]
	labels, is := e.labels(layer)
	rings := a.rings(e, n, layer, 0)
	f.up = e.up(rings, labels, is, f.need)
	if f.narrow() {
		f.down = e.down(rings[0], rings[len(rings)-1], labels, is, f.need-f.up)
	}
	return f
}

// piece is the coarse piece of a season around the first leaf of a node.
func (a *auditor) piece(season int, n int32) int32 {
	e := a.coarse[season]
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

// proveTogether proves a number of all categories.
func (a *auditor) proveTogether(f *finding) {
	b := a.b
	f.place = true
	t := &target{node: f.node, within: b.unit[f.layer][b.t.nodes[f.node].from], labels: a.labels[f.layer], is: a.is[f.layer]}
	f.down, f.up = a.w.free(t, f.need)
	if !f.narrow() {
		return
	}
	p, _ := b.parts(f.layer)
	months, is := b.monthsOf(p)
	a.around(f.node, months[0], func(limit int32) {
		rings := a.rings(a.fine, f.node, f.layer, limit)
		f.up = max(f.up, a.fine.up(rings, months, is, f.need))
		if f.narrow() {
			f.down = max(f.down, a.fine.down(rings[0], rings[len(rings)-1], months, is, f.need-f.up))
		}
	})
}

// around calls do for the ways in which cases of a month may move in the fine
// table around a node that is a part of a coarse piece: within the piece of the
// month's season, if only months of that season change; within the smallest
// piece of all seasons.
func (a *auditor) around(n int32, month int, do func(limit int32)) {
	number := a.b.seasonOf(month)
	inside := func(piece int32) bool { return piece != n && a.b.t.within(n, piece) }
	if piece := a.piece(number, n); inside(piece) {
		a.fine.only = a.b.seasons[number]
		do(piece)
		a.fine.only = season{}
	}
	if piece := a.limit(n); inside(piece) {
		do(piece)
	}
}

// limit is the smallest coarse piece of all seasons around a node: as far as
// cases may move in the fine table.
func (a *auditor) limit(n int32) int32 {
	smallest := int32(0)
	for season := range a.coarse {
		if piece := a.piece(season, n); a.b.t.within(piece, smallest) {
			smallest = piece
		}
	}
	return smallest
}

// proveInside proves a number of one category for a part of a coarse piece.
// There the categories of a month may be dealt anew, so the part may have as many
// cases of the category as it may have cases at all in that month, if the piece
// may have as many of the category.
func (a *auditor) proveInside(f *finding, season int) {
	b, e := a.b, a.coarse[season]
	piece := e.of[b.t.nodes[f.node].from]
	most, room := 0, false
	for _, label := range a.labels[f.layer] {
		month := b.labels[label].month
		l := b.layer(month, All)
		held := int(e.table[piece][label-e.first*b.categories])
		cases := b.in(l, f.node) + a.mostOf(f.node, month)
		most, room = max(most, min(cases, held+a.riseOf(label, season, piece))), room || cases-f.count >= f.need
		// Each case of the category may change with one of another category and
		// the same month elsewhere in the piece.
		own := b.in(b.layer(month, b.labels[label].category), f.node)
		others := b.in(l, e.pieces[piece]) - b.in(l, f.node) - (held - own)
		f.down += min(own, others)
	}
	f.up = max(0, most-f.count)
	f.place = !room
}

// riseOf is how far the number of a coarse piece for a month and category rises.
func (a *auditor) riseOf(label, season int, piece int32) int {
	e := a.coarse[season]
	if a.rise[label] == nil {
		a.rise[label] = untried(len(e.pieces))
	}
	if a.rise[label][piece] < 0 {
		l := a.b.layer(a.b.labels[label].month, a.b.labels[label].category)
		labels, is := e.labels(l)
		a.rise[label][piece] = int8(e.up(a.rings(e, e.pieces[piece], l, 0), labels, is, a.rule.need(a.b.in(l, 0))))
	}
	return int(a.rise[label][piece])
}

func untried(n int) []int8 {
	list := make([]int8, n)
	for i := range list {
		list[i] = -1
	}
	return list
}

// mostOf is how far the cases of a month may rise in a part of a coarse piece,
// the piece keeping its own number.
func (a *auditor) mostOf(n int32, month int) int {
	b := a.b
	if a.most[n] == nil {
		a.most[n] = untried(int(b.span.To - b.span.From))
	}
	if a.most[n][month] < 0 {
		l := b.layer(month, All)
		months, is := b.monthsOf(month)
		a.most[n][month] = 0
		a.around(n, month, func(limit int32) {
			rise := a.fine.up(a.rings(a.fine, n, l, limit), months, is, a.rule.need(b.in(l, 0)))
			a.most[n][month] = max(a.most[n][month], int8(rise))
		})
	}
	return int(a.most[n][month])
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
