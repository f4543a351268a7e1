package hex

import (
	"fmt"
	"slices"

	"github.com/uber/h3-go/v4"
)

// directions is the steps along a face's axes for each digit.
var directions = [7][2]int{{0, 0}, {-1, -1}, {0, 1}, {-1, 0}, {1, 0}, {0, -1}, {1, 1}}

// down is the steps at a resolution that make up the steps a and b at the one
// before it: one step is (2, -1) or (1, 3) steps of an odd resolution, (3, 1)
// or (-1, 2) of an even one.
func down(a, b, resolution int) (int, int) {
	if resolution&1 == 1 {
		return 2*a + b, 3*b - a
	}
	return 3*a - b, a + 2*b
}

// step is what a step from a digit in a direction gives at even and odd
// resolutions: the new digit, and the direction in which the parent changes.
var step [2][7][7]struct{ digit, carry Cell }

func init() {
	for odd := range step {
		for from, d := range directions {
			for way, e := range directions {
				for carry, up := range directions {
					a, b := down(up[0], up[1], odd)
					to := slices.Index(directions[:], [2]int{d[0] + e[0] - a, d[1] + e[1] - b})
					if to >= 0 {
						step[odd][from][way] = struct{ digit, carry Cell }{Cell(to), Cell(carry)}
					}
				}
			}
		}
	}
}

// neighbour is the cell beside a cell in one of six directions (1 to 6). It
// answers only while the way does not leave a base cell that is a hexagon.
func (c Cell) neighbour(way Cell) (Cell, bool) {
	resolution := c.Resolution()
	shift := 3 * (finest - resolution)
	for r := resolution; r > 0; r-- {
		s := &step[r&1][c>>shift&7][way]
		c = c&^(7<<shift) | s.digit<<shift
		if s.carry == 0 {
			return c, true
		}
		way = s.carry
		shift += 3
	}
	return 0, false
}

// appendNeighbours appends the five or six cells that share a side with a
// valid cell, in no particular order.
func (c Cell) appendNeighbours(near []Cell) ([]Cell, error) {
	if !c.pentagonal() {
		all := near
		for way := Cell(1); way < 7; way++ {
			n, ok := c.neighbour(way)
			if !ok {
				break
			}
			all = append(all, n)
		}
		if len(all) == len(near)+6 {
			return all, nil
		}
	}
	disk, err := c.Disk(1)
	if err != nil {
		return nil, err
	}
	for _, n := range disk {
		if n != c {
			near = append(near, n)
		}
	}
	return near, nil
}

// Disk is the cells at most k steps away from the cell, itself included, in
// ascending order.
func (c Cell) Disk(k int) ([]Cell, error) {
	if !c.Valid() || k < 0 {
		return nil, fmt.Errorf("no disk of %d steps around %v", k, c)
	}
	near, err := h3.GridDisk(h3.Cell(c), k)
	if err != nil {
		return nil, fmt.Errorf("%d steps around %v: %w", k, c, err)
	}
	disk := make([]Cell, len(near))
	for i, n := range near {
		disk[i] = Cell(n)
	}
	slices.Sort(disk)
	return slices.Compact(disk), nil
}
