package coverage

import (
	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/geo/lattice"
)

// demand is what is seen of what should be: of a place all or nothing, of a
// cell or an outline as much as of its public area.
func (s *seen) demand(list []view, wanted []Demand) []Extent {
	out := make([]Extent, len(wanted))
	places := make([]orb.Point, len(wanted))
	area := make(map[hex.Cell]Extent)
	for k, d := range wanted {
		places[k] = d.At
		if d.Cell != 0 {
			area[d.Cell] = Extent{}
		}
	}
	within(s.ground, area, func(cell hex.Cell, run lattice.Run) {
		sum := area[cell]
		sum.add(s.public(run))
		area[cell] = sum
	})
	nearby := newBins(len(places), func(k int) orb.Point { return places[k] })
	working, all := sees(list, nearby, places)
	for k, d := range wanted {
		e := &out[k]
		e.Total = d.Weight
		if d.Cell != 0 || len(d.Shape) > 0 {
			of := area[d.Cell]
			if d.Cell == 0 {
				s.ground.lattice.Inside(d.Shape, func(run lattice.Run) { of.add(s.public(run)) })
			}
			if of.Total > 0 {
				e.Once, e.Twice = d.Weight*of.Once/of.Total, d.Weight*of.Twice/of.Total
				e.OnceInstalled, e.TwiceInstalled = d.Weight*of.OnceInstalled/of.Total, d.Weight*of.TwiceInstalled/of.Total
			}
			continue
		}
		for _, c := range []struct {
			seen, times int
			at          *float64
		}{{working[k], 1, &e.Once}, {working[k], 2, &e.Twice}, {all[k], 1, &e.OnceInstalled}, {all[k], 2, &e.TwiceInstalled}} {
			if c.seen >= c.times {
				*c.at = d.Weight
			}
		}
	}
	return out
}

// hotspots adds what is seen of them to the rows of the areas they are at home in.
func (s *seen) hotspots(list []view, q Question, row func(area int64) *Row) {
	if len(q.Hotspots) == 0 {
		return
	}
	home := s.ground.homes(q.Hotspots)
	for k, e := range s.demand(list, q.Hotspots) {
		area := q.Hotspots[k].Area
		if area == 0 {
			area = home[q.Hotspots[k].Cell]
		}
		if r := row(area); r != nil {
			r.Hotspots.add(e)
		}
	}
}

// within calls yield for the points of each of the cells.
func within[V any](g *Ground, cells map[hex.Cell]V, yield func(hex.Cell, lattice.Run)) {
	resolutions := make(map[int]bool)
	for c := range cells {
		resolutions[c.Resolution()] = true
	}
	for _, run := range g.cells {
		for resolution := range resolutions {
			parent := run.cell.Parent(resolution)
			if _, is := cells[parent]; is {
				yield(parent, run.run())
			}
		}
	}
}

// homes finds for each cell the grid in which most of its public area lies.
func (g *Ground) homes(wanted []Demand) map[hex.Cell]int64 {
	home := make(map[hex.Cell]int64)
	for _, d := range wanted {
		if d.Cell != 0 {
			home[d.Cell] = 0
		}
	}
	type part struct {
		cell hex.Cell
		area int64
	}
	points, most := make(map[part]int), make(map[hex.Cell]int)
	next := 0 // area run that may still hold points of the run
	within(g, home, func(cell hex.Cell, run lattice.Run) {
		for next < len(g.areas) && int(g.areas[next].to) <= run.From {
			next++
		}
		for k := next; k < len(g.areas) && int(g.areas[k].from) < run.To; k++ {
			p := part{cell, g.areas[k].area}
			points[p] += min(run.To, int(g.areas[k].to)) - max(run.From, int(g.areas[k].from))
			n := points[p]
			if n > most[cell] || n == most[cell] && p.area < home[cell] {
				most[cell], home[cell] = n, p.area
			}
		}
	})
	return home
}
