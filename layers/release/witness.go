package release

import "slices"

// A withheld number is safe when it could be other than it is while every
// published number stays. A witness is such another city, found by letting
// cases change places:
//
//   - one case moves to a place that no layer of its month and category tells
//     apart from where it is;
//   - two cases change places, which changes only the layers that one of them
//     counts in and not the other: none of these may tell the two places apart.
//
// Changes of different cases add up, since each by itself keeps every published
// number. So n changes that each take one case out of a number, and m that each
// bring one in, prove that the number may lie anywhere between n below and m
// above the truth. All of it is in whole cases: no rounding, and stronger than
// an interval of linear programming, which lets cases be divided.

// target is a number: the cases of a node with any of some labels.
type target struct {
	node   int32
	within int32 // the smallest piece around the node in the number's own layer
	labels []int // the labels, sorted
	is     []bool
}

// witness looks for such changes of single cases.
type witness struct {
	b    *block
	fine [][]int32 // label → leaf → the smallest piece of all its layers
	used []int32   // case → the last search that used it
	mark int32
}

func newWitness(b *block) *witness {
	w := &witness{b: b, used: make([]int32, len(b.cases)), fine: make([][]int32, len(b.labels))}
	for i, l := range b.labels {
		w.fine[i] = slices.Clone(b.unit[b.layer(b.top(), All)])
		for _, layer := range l.layers {
			for leaf, n := range b.unit[layer] {
				if b.t.within(n, w.fine[i][leaf]) {
					w.fine[i][leaf] = n
				}
			}
		}
	}
	return w
}

// run is the numbers [from, to) of a label's cases, or of all cases, in a node.
func (b *block) run(of []int32, n int32) (from, to int) {
	at := &b.t.nodes[n]
	find := func(leaf int32) int {
		i, _ := slices.BinarySearchFunc(of, leaf, func(c, leaf int32) int { return int(b.cases[c].leaf - leaf) })
		return i
	}
	return find(at.from), find(at.to)
}

// free proves how far the target may go down and up, up to need together.
func (w *witness) free(t *target, need int) (down, up int) {
	up = w.up(t, need)
	if up >= need {
		return 0, up
	}
	return w.down(t, need-up), up
}

// up brings cases into the node: each from elsewhere in the piece around it, in
// exchange for a case of the node with another label.
func (w *witness) up(t *target, need int) int {
	b, found := w.b, 0
	w.mark++
	inFrom, inTo := b.casesIn(t.node)
	for _, l := range t.labels {
		of := b.byLabel[l]
		outerFrom, outerTo := b.run(of, t.within)
		innerFrom, innerTo := b.run(of, t.node)
		for k := outerFrom; k < outerTo; k++ {
			if k == innerFrom {
				k = innerTo
				if k >= outerTo {
					break
				}
			}
			i := of[k]
			if b.t.within(t.node, w.fine[l][b.cases[i].leaf]) || w.partner(int(i), inFrom, inTo, t, 0, 0) {
				if found++; found >= need {
					return found
				}
			}
		}
	}
	return found
}

// down takes cases out of the node, each in exchange for a case of another
// label elsewhere in the piece around it.
func (w *witness) down(t *target, need int) int {
	b, found := w.b, 0
	w.mark++
	outFrom, outTo := b.casesIn(t.within)
	inFrom, inTo := b.casesIn(t.node)
	for _, l := range t.labels {
		of := b.byLabel[l]
		from, to := b.run(of, t.node)
		for _, i := range of[from:to] {
			fine := w.fine[l][b.cases[i].leaf]
			if fine != t.node && b.t.within(t.node, fine) || w.partner(int(i), outFrom, outTo, t, inFrom, inTo) {
				if found++; found >= need {
					return found
				}
			}
		}
	}
	return found
}

// partner finds an unused case in [from, to), but not in [skipFrom, skipTo),
// with a label that is not of the target, with which case i may change places.
func (w *witness) partner(i, from, to int, t *target, skipFrom, skipTo int) bool {
	b := w.b
	for j := from; j < to; j++ {
		if j == skipFrom && skipTo > skipFrom {
			j = skipTo - 1
			continue
		}
		c := b.cases[j]
		if !t.is[c.label] && w.used[j] != w.mark && b.mayChange(b.cases[i], c) {
			w.used[j] = w.mark
			return true
		}
	}
	return false
}

// mayChange tells whether two cases may change places with no published number
// changing.
func (b *block) mayChange(x, y token) bool {
	lx, ly := &b.labels[x.label], &b.labels[y.label]
	for _, l := range lx.layers {
		if !ly.in[l] && b.unit[l][x.leaf] != b.unit[l][y.leaf] {
			return false
		}
	}
	for _, l := range ly.layers {
		if !lx.in[l] && b.unit[l][x.leaf] != b.unit[l][y.leaf] {
			return false
		}
	}
	return true
}

// together tells whether a layer is one of all categories.
func (b *block) together(layer int) bool {
	_, c := b.parts(layer)
	return c == All
}

// casesIn is the run of the cases of a node.
func (b *block) casesIn(n int32) (from, to int) {
	at := &b.t.nodes[n]
	find := func(leaf int32) int {
		i, _ := slices.BinarySearchFunc(b.cases, leaf, func(c token, leaf int32) int { return int(c.leaf - leaf) })
		return i
	}
	return find(at.from), find(at.to)
}
