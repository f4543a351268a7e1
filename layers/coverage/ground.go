package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/hex"
	"sitmap/geo/lattice"
)

// CellResolution is that of the cells of which the ground is told: H3's 10,
// about 130 m across.
const CellResolution = 10

// pieceLength is how long a piece of road is at most, in metres: as long as it
// may be taken to lie in one service grid.
const pieceLength = 25

// Ground is what cameras may see: the public area and the roads. It is made
// once for a state of roads and grids, and does not change.
type Ground struct {
	lattice *lattice.Lattice
	areas   []areaRun // points by the grid they lie in, ascending; points in none are left out
	cells   []cellRun // points by their cell, ascending
	classes []string  // those counted, ascending by weight
	class   []uint8   // by point: 1 + its road's class, 0 off the road

	roads  []Road
	places []orb.Point // corners of the pieces, road by road
	pieces []piece     // pieces[k] goes from places[k] to places[k+1]
	nearby *bins       // of the middles of pieces
}

type areaRun struct {
	points
	area int64
}

type cellRun struct {
	points
	cell hex.Cell
}

// points are a run of a lattice's, in half of the room.
type points struct{ from, to int32 }

func (p points) run() lattice.Run { return lattice.Run{From: int(p.from), To: int(p.to)} }

// piece is a short straight piece of road.
type piece struct {
	area   int64 // grid it lies in; 0 for none, it is then not counted
	length float64
	road   int32 // -1: no piece, the end of a road
	class  uint8
}

// NewGround samples the public area of these grids and roads every step metres,
// 10 for 0. Whatever lies in no grid is not counted.
func NewGround(grids []Grid, roads []Road, step float64) (*Ground, error) {
	if step == 0 {
		step = 10
	}
	region := regionOf(grids)
	frame, err := lattice.NewFrame(step, region.Center()[1])
	if err != nil {
		return nil, fmt.Errorf("ground: %w", err)
	}
	g := &Ground{}
	for name, c := range Classes {
		if c.Side > 0 {
			g.classes = append(g.classes, name)
		}
	}
	slices.SortFunc(g.classes, func(a, b string) int {
		return cmp.Or(cmp.Compare(Classes[a].Weight, Classes[b].Weight), cmp.Compare(a, b))
	})
	for _, r := range roads {
		if Classes[r.Class].Side > 0 && len(r.Line) > 1 && region.Intersects(r.Line.Bound()) {
			g.roads = append(g.roads, r)
		}
	}
	draft := lattice.NewDraft(frame)
	for _, grid := range grids {
		if grid.Urban {
			draft.Polygon(grid.Shape)
		}
	}
	side := func(class string) float64 { return max(Classes[class].Side, step) }
	for _, r := range g.roads {
		draft.Band(r.Line, side(r.Class))
	}
	g.lattice = draft.Lattice()

	inside := g.assign(grids)
	g.class = make([]uint8, g.lattice.Len())
	for _, r := range g.roads {
		class := uint8(1 + slices.Index(g.classes, r.Class))
		g.lattice.Near(r.Line, side(r.Class), func(run lattice.Run) {
			for k := run.From; k < run.To; k++ {
				g.class[k] = max(g.class[k], class)
			}
		})
	}
	g.cut(inside)
	err = g.sortIntoCells()
	g.areas, g.cells = slices.Clip(slices.Clone(g.areas)), slices.Clip(slices.Clone(g.cells))
	g.places, g.pieces = slices.Clip(slices.Clone(g.places)), slices.Clip(slices.Clone(g.pieces))
	return g, err
}

func regionOf(grids []Grid) orb.Bound {
	var region orb.Bound
	for k, grid := range grids {
		if b := grid.Shape.Bound(); k == 0 {
			region = b
		} else {
			region = region.Union(b)
		}
	}
	return region
}

// assign finds the grid of every point; 0 for none.
func (g *Ground) assign(grids []Grid) []int64 {
	inside := make([]int64, g.lattice.Len())
	for _, grid := range grids {
		g.lattice.Inside(grid.Shape, func(run lattice.Run) {
			for k := run.From; k < run.To; k++ {
				inside[k] = grid.Area
			}
		})
	}
	for k := 0; k < len(inside); {
		end := k + 1
		for end < len(inside) && inside[end] == inside[k] {
			end++
		}
		if inside[k] != 0 {
			g.areas = append(g.areas, areaRun{points{int32(k), int32(end)}, inside[k]})
		}
		k = end
	}
	return inside
}

// cut divides the roads into pieces and finds the grid of each.
func (g *Ground) cut(inside []int64) {
	for number, r := range g.roads {
		class := uint8(slices.Index(g.classes, r.Class))
		for k := 1; k < len(r.Line); k++ {
			a, b := r.Line[k-1], r.Line[k]
			plane := geo.PlaneAt(between(a, b, 0.5))
			ax, ay := plane.XY(a)
			bx, by := plane.XY(b)
			length := math.Hypot(bx-ax, by-ay)
			n := max(1, int(math.Ceil(length/pieceLength)))
			for i := range n {
				t, middle := float64(i)/float64(n), (float64(i)+0.5)/float64(n)
				p := piece{road: int32(number), class: class, length: length / float64(n)}
				if point, ok := g.lattice.Find(between(a, b, middle)); ok {
					p.area = inside[point]
				}
				g.places = append(g.places, between(a, b, t))
				g.pieces = append(g.pieces, p)
			}
		}
		g.places = append(g.places, r.Line[len(r.Line)-1])
		g.pieces = append(g.pieces, piece{road: -1})
	}
	g.nearby = newBins(max(0, len(g.places)-1), func(k int) orb.Point { return between(g.places[k], g.places[k+1], 0.5) })
}

func between(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// sortIntoCells finds the runs of points that lie in one cell. A row is nearly
// straight and a cell has no dents, so that what lies between two points of a
// cell lies in it: only every few points the cell is asked for.
func (g *Ground) sortIntoCells() error {
	const leap = 6
	for row := range g.lattice.Rows {
		at := func(k int) (hex.Cell, error) {
			return hex.Of(orb.Point{row.First[0] + float64(k-row.From)*row.East, row.First[1]}, CellResolution)
		}
		from := row.From
		for from < row.To {
			cell, err := at(from)
			if err != nil {
				return fmt.Errorf("ground: %w", err)
			}
			end := from + 1
			for hop := leap; end < row.To && hop > 0; {
				ahead := min(end+hop-1, row.To-1)
				next, err := at(ahead)
				if err != nil {
					return fmt.Errorf("ground: %w", err)
				}
				if next == cell {
					end = ahead + 1
				} else if hop = (ahead - end + 1) / 2; hop == 0 {
					break
				}
			}
			g.cells = append(g.cells, cellRun{points{int32(from), int32(end)}, cell})
			from = end
		}
	}
	return nil
}
