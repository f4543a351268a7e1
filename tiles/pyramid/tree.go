package pyramid

import (
	"math/bits"
	"slices"

	"sitmap/geo/mesh"
	"sitmap/tiles/held"
)

// fanout is how many boxes a node of the tree gathers.
const fanout = 16

// tree finds boxes that meet a box: an R-tree packed along the Z-order curve,
// never changed after it was made. ids[k] is whose box boxes[0][k] is; each
// further row gathers the one before.
type tree struct {
	ids  []int32
	rows [][]mesh.Box
}

// newTree takes the boxes of features; ids names those that have one.
func newTree(ids []int32, box func(int32) mesh.Box) tree {
	if len(ids) == 0 {
		return tree{}
	}
	type placed struct {
		code uint64
		id   int32
	}
	order := make([]placed, len(ids))
	for i, id := range ids {
		b := box(id)
		middle := mesh.Point{X: int32((int64(b.Min.X) + int64(b.Max.X)) / 2), Y: int32((int64(b.Min.Y) + int64(b.Max.Y)) / 2)}
		order[i] = placed{held.ZOrder(middle), id}
	}
	slices.SortFunc(order, func(a, b placed) int {
		if a.code != b.code {
			if a.code < b.code {
				return -1
			}
			return 1
		}
		return int(a.id) - int(b.id)
	})
	t := tree{ids: make([]int32, len(ids))}
	row := make([]mesh.Box, len(ids))
	for i, p := range order {
		t.ids[i], row[i] = p.id, box(p.id)
	}
	t.rows = append(t.rows, row)
	for len(row) > 1 {
		above := make([]mesh.Box, 0, (len(row)+fanout-1)/fanout)
		for i := 0; i < len(row); i += fanout {
			b := row[i]
			for _, o := range row[i+1 : min(i+fanout, len(row))] {
				b = b.With(o.Min).With(o.Max)
			}
			above = append(above, b)
		}
		t.rows = append(t.rows, above)
		row = above
	}
	return t
}

// meeting marks in found whose boxes meet the box.
func (t *tree) meeting(box mesh.Box, found bitset) {
	if len(t.rows) > 0 {
		t.descend(len(t.rows)-1, 0, box, found)
	}
}

func (t *tree) descend(row, first int, box mesh.Box, found bitset) {
	boxes := t.rows[row]
	for i := first; i < min(first+fanout, len(boxes)); i++ {
		switch {
		case !boxes[i].Meets(box):
		case row == 0:
			found.set(t.ids[i])
		case boxes[i].Inside(box):
			// All below meet it, without asking each.
			span := 1
			for range row {
				span *= fanout
			}
			for _, id := range t.ids[i*span : min((i+1)*span, len(t.ids))] {
				found.set(id)
			}
		default:
			t.descend(row-1, i*fanout, box, found)
		}
	}
}

// bitset is a set of indexes.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(i int32) { b[i>>6] |= 1 << (i & 63) }

// has is false for every index of a nil set.
func (b bitset) has(i int32) bool { return b != nil && b[i>>6]&(1<<(i&63)) != 0 }

// count is how many indexes are in the set.
func (b bitset) count() (n int) {
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}
