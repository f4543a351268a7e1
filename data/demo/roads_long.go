package demo

import (
	"math"
	"slices"

	"sitmap/data/demo/planar"
)

// builder collects the lines of the road network.
type builder struct {
	*areas
	seed  int64
	lines []roadLine
	// crossings are the junctions of each quarter's streets.
	crossings [][]place
}

// layStreets draws the streets of a quarter from junction to junction.
func (b *builder) layStreets(q quarter, names *nameBook) []place {
	region := b.counties[q.county].region
	columns, rows := q.streetLines(q.columns), q.streetLines(q.rows)
	exists := func(column, row int) (place, bool) {
		p := q.crossing(column, row)
		return p, q.holds(q.centre, p, 1) && region.Contains(p)
	}
	var junctions []place
	run := func(length int, crossing func(i int) (place, bool), suffix string) {
		var line []place
		flush := func() {
			if len(line) > 1 {
				b.lines = append(b.lines, roadLine{class: street, name: names.street(suffix), line: line})
			}
			line = nil
		}
		for i := range length {
			if p, ok := crossing(i); ok {
				line = append(line, p)
			} else {
				flush()
			}
		}
		flush()
	}
	for _, column := range columns {
		for _, row := range rows {
			if p, ok := exists(column, row); ok {
				junctions = append(junctions, p)
			}
		}
	}
	for _, column := range columns {
		run(len(rows), func(i int) (place, bool) { return exists(column, rows[i]) }, "路")
	}
	for _, row := range rows {
		run(len(columns), func(i int) (place, bool) { return exists(columns[i], row) }, "街")
	}
	return junctions
}

// addThrough adds a road that may run into towns: inside a town it ends in
// the nearest junction of the streets and starts again on the other side.
func (b *builder) addThrough(r roadLine) {
	r.line = b.joinEnds(r)
	if r.class == motorway || r.class == railway {
		r.line = b.within(r.line)
		b.lines = append(b.lines, r)
		return
	}
	var open []place // the stretch under way
	last := -1       // the quarter it left
	close := func(at int) {
		if last >= 0 && len(open) > 0 {
			open = append([]place{nearestPlace(open[0], b.crossings[last])}, open...)
		}
		if at >= 0 && len(open) > 0 {
			open = append(open, nearestPlace(open[len(open)-1], b.crossings[at]))
		}
		if len(open) > 1 {
			b.lines = append(b.lines, roadLine{class: r.class, name: r.name, ref: r.ref, line: open})
		}
		open = nil
	}
	for _, p := range r.line {
		if q := b.quarterAt(p); q >= 0 {
			close(q)
			last = q
			continue
		}
		if b.countyAt(p) < 0 {
			close(-1)
			last = -1
			continue
		}
		open = append(open, p)
	}
	close(-1)
}

// joinEnds leads the ends of a road to the nearest point of a road laid before
// it, of its own kind, where one is near and the end is not in a town.
func (b *builder) joinEnds(r roadLine) []place {
	const near = 2500
	fast := r.class == motorway
	var points []place
	for _, other := range b.lines {
		if other.class != street && other.class != railway && (other.class == motorway) == fast {
			points = append(points, other.line...)
		}
	}
	line := r.line
	if len(points) == 0 || r.class == railway {
		return line
	}
	if p := nearestPlace(line[0], points); metres(p, line[0]) < near && b.quarterAt(line[0]) < 0 {
		line = append([]place{p}, line...)
	}
	last := line[len(line)-1]
	if p := nearestPlace(last, points); metres(p, last) < near && b.quarterAt(last) < 0 {
		line = append(line, p)
	}
	return line
}

// quarterAt is the quarter whose ground p lies on, -1 for none.
func (b *builder) quarterAt(p place) int {
	for i, q := range b.quarters {
		if metres(p, q.centre) < 2*math.Max(q.east, q.north) && q.holds(q.centre, p, 1.03) {
			return i
		}
	}
	return -1
}

func nearestPlace(p place, among []place) place {
	best := among[0]
	for _, q := range among {
		if metres(p, q) < metres(p, best) {
			best = q
		}
	}
	return best
}

// joinTowns adds county roads between neighbouring towns, unless the roads
// there are already make the way at most a third longer, in the mountains
// four fifths.
func (b *builder) joinTowns(names *nameBook) {
	centres := make([]place, len(b.quarters))
	for i, q := range b.quarters {
		centres[i] = q.centre
	}
	net := newNetwork(cutAtJunctions(b.lines, nil))
	number := 0
	for _, pair := range neighbourhood(centres) {
		from, to := pair[0], pair[1]
		straight := metres(centres[from], centres[to])
		if straight > 45000 {
			continue
		}
		limit := straight * (1.35 + 0.45*mountain(planar.Between(centres[from], centres[to], 0.5)))
		if net.nearestOf(net.distances(b.crossings[from], limit), b.crossings[to]) <= limit {
			continue
		}
		number++
		line := b.aroundLakes(centres[from], centres[to])
		b.addThrough(roadLine{class: countyRoad, name: names.countyRoad(), ref: countyRef(number), line: line})
	}
}

// aroundLakes is a county road's course between two towns that keeps out of
// the lakes where one bend to either side is enough.
func (b *builder) aroundLakes(from, to place) []place {
	east, north := metresTo(from, to)
	var line []place
	for _, aside := range []float64{0, 0.25, -0.25, 0.5, -0.5} {
		by := []place{from, to}
		if aside != 0 {
			by = []place{from, moved(planar.Between(from, to, 0.5), -north*aside, east*aside), to}
		}
		line = course(b.seed, by, countyRoad.bends())
		if !b.meetsLake(line) {
			return line
		}
	}
	return line
}

func (b *builder) meetsLake(line []place) bool {
	hit := false
	for i := 1; i < len(line); i++ {
		b.wet.Near(line[i-1], line[i], func(j int) {
			s := b.wet.All[j]
			hit = hit || s.Owner == ofLake && planar.Touch(line[i-1], line[i], s.A, s.B)
		})
	}
	return hit
}

// openMotorways joins each interchange to the nearest other long road.
func (b *builder) openMotorways() {
	var fast, slow []place
	for _, r := range b.lines {
		switch r.class {
		case motorway:
			fast = append(fast, r.line...)
		case trunk, provincial, countyRoad:
			slow = append(slow, r.line...)
		}
	}
	for _, p := range interchanges() {
		from := nearestPlace(p, fast)
		to := nearestPlace(from, slow)
		if from != to {
			line := course(b.seed, []place{from, to}, countyRoad.bends())
			b.lines = append(b.lines, roadLine{class: countyRoad, name: "高速连接线", line: line})
		}
	}
	slices.SortStableFunc(b.lines, func(x, y roadLine) int { return int(x.class - y.class) })
}
