package release

import "math"

// proveTogether proves a number of all categories.
func (a *auditor) proveTogether(f *finding) {
	b := a.b
	f.place = true
	f.down, f.up = a.w.free(a.target(f.layer, f.node), f.need)
	if !f.narrow() {
		return
	}
	p, _ := b.parts(f.layer)
	months, is := b.monthsOf(p)
	a.around(f.node, months[0], func(limit int32) {
		if !f.narrow() {
			return
		}
		rings := a.rings(a.fine, f.node, f.layer, limit)
		f.up = max(f.up, a.fine.up(rings, months, is, f.need))
		if f.narrow() {
			f.down = max(f.down, a.fine.down(rings[0], rings[len(rings)-1], months, is, f.need-f.up))
		}
	})
}

// around calls do for the ways in which cases of a month may move in the fine
// table around a node that is a part of a coarse piece: within the smallest piece
// of some months, if only those change. These are all months, those of the season,
// and each other month with this one.
func (a *auditor) around(n int32, month int, do func(limit int32)) {
	b := a.b
	months := int(b.span.To - b.span.From)
	try := func(in func(m int) bool) {
		limit, only := int32(0), make([]bool, months)
		for m := range only {
			if only[m] = in(m); only[m] {
				if piece := a.piece(len(a.coarse)-months+m, n); b.t.within(piece, limit) {
					limit = piece
				}
			}
		}
		if limit == n || !b.t.within(n, limit) {
			return
		}
		a.fine.only = only
		do(limit)
		a.fine.only = nil
	}
	season := b.seasonOf(month)
	try(func(m int) bool { return b.seasonOf(m) == season })
	if len(b.seasons) > 1 {
		try(func(int) bool { return true })
	}
	for other := range months {
		if other != month && months > 1 {
			try(func(m int) bool { return m == month || m == other })
		}
	}
}

// limit is the smallest coarse piece of all seasons around a node: as far as
// cases may move in the fine table.
func (a *auditor) limit(n int32) int32 {
	smallest := int32(0)
	for season := range a.b.seasons {
		if piece := a.piece(season, n); a.b.t.within(piece, smallest) {
			smallest = piece
		}
	}
	return smallest
}

// proveInside proves a number of one category for a part of a coarse piece.
// There the categories of a month may be dealt anew, so in each month the part may
// have as many cases of the category as it may have cases at all, if the piece may
// have as many of the category.
func (a *auditor) proveInside(f *finding, table int) {
	b, e := a.b, a.coarse[table]
	piece := e.of[b.t.nodes[f.node].from]
	most, room := 0, false
	var months []int
	for _, label := range a.labels[f.layer] {
		month := b.labels[label].month
		l := b.layer(month, All)
		held := int(e.table[piece][label-e.first*b.categories])
		cases := b.in(l, f.node) + a.mostOf(f.node, month)
		most, room = max(most, min(cases, held+a.riseOf(label, table, piece))), room || cases-f.count >= f.need
		// Each case of the category may change with one of another category and
		// the same month elsewhere in the piece.
		own := b.in(b.layer(month, b.labels[label].category), f.node)
		others := b.in(l, e.pieces[piece]) - b.in(l, f.node) - (held - own)
		f.down += min(own, others)
		months = append(months, month)
	}
	if len(months) > 1 {
		together := func(cases, category []int16) (sum int) {
			for i := range months {
				sum += int(min(cases[i], category[i]))
			}
			return sum
		}
		cases, lifted := a.partOf(f.node, f.layer, months)
		category := a.liftOf(f.layer, table, piece)
		most = max(most, together(cases, category), together(lifted, category))
		room = room || together(lifted, lifted)-f.count >= f.need
	}
	f.up = max(0, most-f.count)
	f.place = !room
}

// liftOf is how many cases of the category the piece has in each month of a
// layer's period, in a city where it has as many as the rule asks for.
func (a *auditor) liftOf(layer, table int, piece int32) []int16 {
	key := [2]int{layer, int(piece)}
	if a.lifts[key] == nil {
		e := a.coarse[table]
		labels, is := e.labels(layer)
		a.lifts[key] = e.lifted(a.rings(e, e.pieces[piece], layer, 0), labels, is, a.need(a.b.in(layer, 0)))
	}
	return a.lifts[key]
}

// partOf is how many cases a part of a piece has in each of some months, and how
// many in a city where it has more of them together.
func (a *auditor) partOf(n int32, layer int, months []int) (cases, lifted []int16) {
	b := a.b
	p, _ := b.parts(layer)
	for _, month := range months {
		cases = append(cases, int16(b.in(b.layer(month, All), n)))
	}
	key := [2]int{p, int(n)}
	if a.parts[key] == nil {
		a.parts[key] = cases
		_, is := b.monthsOf(p)
		if piece := a.limit(n); piece != n && b.t.within(n, piece) {
			a.parts[key] = a.fine.lifted(a.rings(a.fine, n, b.layer(p, All), piece), months, is, a.need(math.MaxInt32))
		}
	}
	return cases, a.parts[key]
}

// riseOf is how far the number of a piece of a coarse table rises for a label.
func (a *auditor) riseOf(label, table int, piece int32) int {
	e, key := a.coarse[table], [2]int{table, label}
	if a.rise[key] == nil {
		a.rise[key] = untried(len(e.pieces))
	}
	if a.rise[key][piece] < 0 {
		l := a.b.layer(a.b.labels[label].month, a.b.labels[label].category)
		labels, is := e.labels(l)
		a.rise[key][piece] = int8(e.up(a.rings(e, e.pieces[piece], l, 0), labels, is, a.need(a.b.in(l, 0))))
	}
	return int(a.rise[key][piece])
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
		enough := a.need(b.in(l, 0))
		a.around(n, month, func(limit int32) {
			if int(a.most[n][month]) >= enough {
				return
			}
			rise := a.fine.up(a.rings(a.fine, n, l, limit), months, is, enough)
			a.most[n][month] = max(a.most[n][month], int8(rise))
		})
	}
	return int(a.most[n][month])
}
