package hex

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Outline is the border of a set of cells of one resolution: one polygon for
// each part that hangs together by sides, its outer ring first and
// counter-clockwise, then its holes, clockwise. Longitudes run on across the
// antimeridian. Doubles do not matter; a set that covers the whole globe has
// no outline.
//
// Sides between two cells of the set cancel. Those that are left are walked by
// who meets whom: at each corner exactly three cells meet, so that the next
// side follows from cells alone, and coordinates are only written down, never
// compared.
func Outline(cells []Cell) (orb.MultiPolygon, error) {
	cells, err := sorted(cells)
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	offsets, near, err := adjacency(cells)
	if err != nil {
		return nil, fmt.Errorf("outline of %d cells: %w", len(cells), err)
	}
	o := outlining{cells: cells, rims: map[int][]rim{}}
	var order []int
	for i, c := range cells {
		if offsets[i+1]-offsets[i] == 6 || c.isPentagon() && offsets[i+1]-offsets[i] == 5 {
			continue
		}
		if o.rims[i], err = c.rims(); err != nil {
			return nil, fmt.Errorf("outline of %d cells: %w", len(cells), err)
		}
		order = append(order, i)
	}
	part := parts(offsets, near)
	number := map[int32]int{} // of the polygon of each part
	var outline orb.MultiPolygon
	for _, i := range order {
		for k := range o.rims[i] {
			if r := &o.rims[i][k]; r.walked || o.has(r.beside) {
				continue
			}
			n, known := number[part[i]]
			if !known {
				n = len(outline)
				number[part[i]] = n
				outline = append(outline, nil)
			}
			outline[n] = append(outline[n], closed(o.walk(i, k)))
		}
	}
	for _, polygon := range outline {
		// The outer ring is the one that has the area on its left.
		slices.SortStableFunc(polygon, func(a, b orb.Ring) int {
			switch x, y := leftArea(a), leftArea(b); {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
	}
	return outline, nil
}

// rim is one side of a cell.
type rim struct {
	beside Cell        // the cell on the other side
	points []orb.Point // from its first corner on, without its last
	walked bool
}

// rims is the sides of a cell, counter-clockwise.
func (c Cell) rims() ([]rim, error) {
	ring, err := c.Boundary()
	if err != nil {
		return nil, err
	}
	centre, err := c.Centre()
	if err != nil {
		return nil, err
	}
	middle := unit(centre)
	resolution := c.Resolution()
	var all []rim
	for i, a := range ring[:len(ring)-1] {
		// A little beyond the middle of the side lies its neighbour. The two
		// halves of a bent side have the same one.
		v, w := unit(a), unit(ring[i+1])
		var beyond vector
		for x := range beyond {
			half := (v[x] + w[x]) / 2
			beyond[x] = half + (half-middle[x])/4
		}
		beside, err := Of(place(beyond), resolution)
		if err != nil {
			return nil, err
		}
		if n := len(all) - 1; n >= 0 && all[n].beside == beside {
			all[n].points = append(all[n].points, a)
		} else {
			all = append(all, rim{beside: beside, points: []orb.Point{a}})
		}
	}
	return all, nil
}

// place is where a vector of any length meets the globe.
func place(v vector) orb.Point {
	return orb.Point{math.Atan2(v[1], v[0]) * 180 / math.Pi, math.Atan2(v[2], math.Hypot(v[0], v[1])) * 180 / math.Pi}
}

type outlining struct {
	cells []Cell
	rims  map[int][]rim // of the cells that are not surrounded by others
}

func (o *outlining) has(c Cell) bool {
	_, ok := slices.BinarySearch(o.cells, c)
	return ok
}

// walk follows the border from side k of cell i until it comes back.
func (o *outlining) walk(i, k int) orb.Ring {
	var ring orb.Ring
	for {
		r := &o.rims[i][k]
		if r.walked {
			return ring
		}
		r.walked = true
		ring = append(ring, r.points...)
		// At the far corner meet this cell, the one outside and the one
		// beside the next side. If that one is in the set, the border goes on
		// between it and the one outside, else along this cell.
		k = (k + 1) % len(o.rims[i])
		if j, ok := slices.BinarySearch(o.cells, o.rims[i][k].beside); ok {
			outside := r.beside
			i = j
			k = slices.IndexFunc(o.rims[i], func(r rim) bool { return r.beside == outside })
		}
	}
}

// parts numbers the parts of a set that hang together, by their first cell.
func parts(offsets, near []int32) []int32 {
	part := make([]int32, len(offsets)-1)
	for i := range part {
		part[i] = -1
	}
	var todo []int32
	for i := range part {
		if part[i] >= 0 {
			continue
		}
		part[i] = int32(i)
		for todo = append(todo, int32(i)); len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, n := range near[offsets[at]:offsets[at+1]] {
				if part[n] < 0 {
					part[n] = int32(i)
					todo = append(todo, n)
				}
			}
		}
	}
	return part
}

// leftArea is twice the area to the left of a closed ring, in square degrees.
func leftArea(ring orb.Ring) float64 {
	sum := 0.0
	for i, b := range ring[1:] {
		a := ring[i]
		sum += (a[0]-ring[0][0])*(b[1]-ring[0][1]) - (b[0]-ring[0][0])*(a[1]-ring[0][1])
	}
	return sum
}

// sorted is a copy of the cells in ascending order without doubles. It fails
// for invalid cells and for a mix of resolutions.
func sorted(cells []Cell) ([]Cell, error) {
	cells = slices.Clone(cells)
	slices.Sort(cells)
	cells = slices.Compact(cells)
	for _, c := range cells {
		if !c.Valid() {
			return nil, fmt.Errorf("%v is no cell", c)
		}
		if c.Resolution() != cells[0].Resolution() {
			return nil, fmt.Errorf("cells of resolutions %d and %d together", cells[0].Resolution(), c.Resolution())
		}
	}
	return cells, nil
}
