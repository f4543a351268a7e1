package release

// relay is the other way to find another city: within one month, pieces hand
// cases round. One piece gets a case of the wanted category and gives one of
// another category to a piece that no layer of that category tells apart from
// it; this one gives on another, and so on, until a piece gives one of the wanted
// category. Each piece keeps its number of the month, and each sum of a category
// that any layer shows stays. It is a breadth-first search for an augmenting
// path between pieces and the sums of categories.
type relay struct {
	e     *exchange
	sum   [][]int32 // label → piece → number of the smallest sum of the category
	runs  []ring    // sum → its pieces
	piece []int32   // piece → label it received, or −1
	giver []int32   // sum → piece that gave into it, or −1
}

func newRelay(e *exchange) *relay {
	r := &relay{e: e, piece: make([]int32, len(e.pieces))}
	known := make(map[[2]int]int32)
	for _, chain := range e.chains {
		_, category := e.b.parts(chain[0])
		of := make([]int32, len(e.pieces))
		for i := range e.pieces {
			smallest := int32(0)
			for _, layer := range chain {
				if e.b.t.within(e.unit[layer][i], smallest) {
					smallest = e.unit[layer][i]
				}
			}
			key := [2]int{category, int(smallest)}
			n, ok := known[key]
			if !ok {
				n = int32(len(r.runs))
				known[key] = n
				r.runs = append(r.runs, e.run(smallest))
			}
			of[i] = n
		}
		r.sum = append(r.sum, of)
	}
	r.giver = make([]int32, len(r.runs))
	return r
}

// bring moves one case of a label into the pieces of the ring, from elsewhere in
// the smallest sum of its category around one of them. Labels of the target are
// given by no piece on the way.
func (r *relay) bring(into ring, label int, is []bool) bool {
	e := r.e
	for i := range r.piece {
		r.piece[i] = -1
	}
	for i := range r.giver {
		r.giver[i] = -1
	}
	var queue []int32
	for p := into.from; p < into.to; p++ {
		r.piece[p] = int32(label)
		queue = append(queue, p)
	}
	categories := e.b.categories
	first := label / categories * categories
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for l := first; l < first+categories; l++ {
			if e.table[p][l] == 0 || is[l] {
				continue
			}
			s := r.sum[l][p]
			if r.giver[s] >= 0 {
				continue
			}
			r.giver[s] = p
			run := r.runs[s]
			for q := run.from; q < run.to; q++ {
				if r.piece[q] >= 0 {
					continue
				}
				r.piece[q] = int32(l)
				if e.table[q][label] > 0 && r.hand(into, q, label) {
					return true
				}
				queue = append(queue, q)
			}
		}
	}
	return false
}

// hand walks the path back from the piece that gives a case of the label, if it
// ends in the same sum, and moves the cases.
func (r *relay) hand(into ring, last int32, label int) bool {
	start := last
	for start < into.from || start >= into.to {
		start = r.giver[r.sum[r.piece[start]][start]]
	}
	if r.sum[label][start] != r.sum[label][last] {
		return false
	}
	given := int16(label)
	for at := last; ; {
		// at gives what it was wanted for and keeps what it received
		if at >= into.from && at < into.to {
			r.e.move(at, int16(label), given)
			return true
		}
		taken := int16(r.piece[at])
		r.e.move(at, taken, given)
		given = taken
		at = r.giver[r.sum[taken][at]]
	}
}
