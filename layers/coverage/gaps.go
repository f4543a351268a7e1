package coverage

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/hex"
)

// RoadGap is a stretch of road that is not seen as often as asked.
type RoadGap struct {
	Road   string         `json:"road"` // id of the road
	Name   string         `json:"name,omitempty"`
	Class  string         `json:"class"`
	Code   string         `json:"code"` // of the area in which it begins
	Length float64        `json:"length"`
	Line   orb.LineString `json:"-"`
	weight float64
}

// roadGaps are the longest gaps, a metre of a weightier class counting more.
func (s *seen) roadGaps(q Question) []RoadGap {
	g := s.ground
	var all []RoadGap
	open := false // the last gap reaches to the end of the last piece
	for k, p := range g.pieces {
		if p.road < 0 || p.area == 0 || q.Area != nil && !q.Area.Contains(p.area) {
			open = false
			continue
		}
		class := g.classes[p.class]
		a, b := g.places[k], g.places[k+1]
		reached := false
		blind(s.of(k), q.Times, func(part geo.Part) {
			if !open || part.From > 0 {
				road := g.roads[p.road]
				all = append(all, RoadGap{Road: road.ID, Name: road.Name, Class: class, Code: codeOf(p.area, q.By),
					Line: orb.LineString{between(a, b, part.From)}})
			}
			last := &all[len(all)-1]
			last.Length += p.length * (part.To - part.From)
			last.weight = last.Length * Classes[class].Weight
			last.Line = append(last.Line, between(a, b, part.To))
			open = false
			reached = part.To == 1
		})
		open = reached
	}
	out := gravest(all, q.Gaps, func(a, b RoadGap) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.Road, b.Road), cmp.Compare(b.Length, a.Length))
	}, func(RoadGap) bool { return true })
	for k := range out {
		out[k].Line = straight(out[k].Line)
	}
	return out
}

// straight leaves out the points in the middle of a straight line, where the
// road was cut into pieces.
func straight(line orb.LineString) orb.LineString {
	out := line[:1:1]
	for k := 1; k < len(line); k++ {
		if k+1 < len(line) {
			a, b, c := out[len(out)-1], line[k], line[k+1]
			if cross := (b[0]-a[0])*(c[1]-b[1]) - (b[1]-a[1])*(c[0]-b[0]); cross < 1e-13 && cross > -1e-13 {
				continue // less than a millimetre beside it, over a kilometre
			}
		}
		out = append(out, line[k])
	}
	return out
}

// cells is the public area by cell.
func (s *seen) cells(q Question) []CellRow {
	g := s.ground
	byCell := make(map[hex.Cell]*CellRow)
	unit := g.lattice.Unit()
	next := 0 // area run that may still hold points of the cell run
	for _, c := range g.cells {
		for next < len(g.areas) && g.areas[next].to <= c.from {
			next++
		}
		for k := next; k < len(g.areas) && g.areas[k].from < c.to; k++ {
			if q.Area != nil && !q.Area.Contains(g.areas[k].area) {
				continue
			}
			run := points{max(c.from, g.areas[k].from), min(c.to, g.areas[k].to)}.run()
			row := byCell[c.cell]
			if row == nil {
				row = &CellRow{Cell: c.cell}
				byCell[c.cell] = row
			}
			once, twice := s.working.Count(run)
			n := run.To - run.From
			row.Total += unit * float64(n)
			row.Once += unit * float64(once)
			row.Twice += unit * float64(twice)
			if enough := []int{once, twice}[q.Times-1]; enough == n {
				continue
			}
			for point := run.From; point < run.To; point++ {
				if !s.working.Covers(point, q.Times) {
					row.Lack += unit * g.weight(point)
				}
			}
		}
	}
	rows := make([]CellRow, 0, len(byCell))
	for _, row := range byCell {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b CellRow) int { return cmp.Compare(a.Cell, b.Cell) })
	return rows
}

// weight is that of a square metre at a point.
func (g *Ground) weight(point int) float64 {
	if class := g.class[point]; class > 0 {
		return Classes[g.classes[class-1]].Weight
	}
	return offRoad
}
