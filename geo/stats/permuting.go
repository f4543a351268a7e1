package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// permuting is the places that are known, and their ranks in the making.
type permuting struct {
	w               Weights // Values nil where each row's are alike
	x               []float64
	full            []float64
	most            int     // neighbours of the place that has the most
	slack           float64 // sums closer than this are ties
	permutations    int
	atLeast, atMost []int32
}

func newPermuting(w Weights, x []float64, permutations int) (*permuting, error) {
	if permutations < 1 {
		return nil, fmt.Errorf("%d permutations", permutations)
	}
	full := x
	w, x, err := knownOnly(w, x)
	if err != nil {
		return nil, err
	}
	if evenRows(w) {
		w.Values = nil
	}
	p := &permuting{w: w, x: x, full: full, permutations: permutations, atLeast: make([]int32, len(x)), atMost: make([]int32, len(x))}
	largest, heaviest := 0.0, 1.0
	for i, v := range x {
		p.most = max(p.most, len(w.Row(i)))
		largest = max(largest, math.Abs(v))
	}
	for _, v := range w.Values {
		heaviest = max(heaviest, v)
	}
	p.slack = 1e-13 * float64(p.most) * largest * heaviest
	return p, nil
}

func evenRows(w Weights) bool {
	for i := range w.Len() {
		row := w.RowValues(i)
		for _, v := range row {
			if v != row[0] {
				return false
			}
		}
	}
	return true
}

func (p *permuting) result() Ranks {
	r := Ranks{Permutations: p.permutations, AtLeast: make([]int32, len(p.full)), AtMost: make([]int32, len(p.full))}
	i := 0
	for at, v := range p.full {
		r.AtLeast[at], r.AtMost[at] = -1, -1
		if finite(v) {
			r.AtLeast[at], r.AtMost[at] = p.atLeast[i], p.atMost[i]
			i++
		}
	}
	return r
}

func (p *permuting) observed(i int) (sum float64) {
	if p.w.Values == nil {
		for _, j := range p.w.Row(i) {
			sum += p.x[j]
		}
		return sum
	}
	p.w.each(i, func(j int32, weight float64) { sum += weight * p.x[j] })
	return sum
}

func (p *permuting) count(i int, drawn, observed float64) {
	if drawn >= observed-p.slack {
		p.atLeast[i]++
	}
	if drawn <= observed+p.slack {
		p.atMost[i]++
	}
}

// inParts runs the places on all processors.
func (p *permuting) inParts(run func(from, to int)) {
	var wait sync.WaitGroup
	n := len(p.x)
	parts := min(runtime.GOMAXPROCS(0), n)
	for part := range parts {
		wait.Go(func() { run(part*n/parts, (part+1)*n/parts) })
	}
	wait.Wait()
}

// hand draws different numbers below others. It is seeded anew for each place,
// so that a place's draws depend on its rank among the known ones alone.
type hand struct {
	source rand.PCG
	others uint32
	cards  []uint32
	deck   []uint32 // only where a neighbourhood is a large part of the map
}

// deal draws the next k numbers: by drawing again what came before, or, where
// that would take long, from a shuffled deck.
func (h *hand) deal(k int) []uint32 {
	h.cards = h.cards[:0]
	if k*k > 4*int(h.others) {
		h.deck = h.deck[:0]
		for i := range h.others {
			h.deck = append(h.deck, i)
		}
		for i := range k {
			other := uint32(i) + h.below(h.others-uint32(i))
			h.deck[i], h.deck[other] = h.deck[other], h.deck[i]
		}
		return h.deck[:k]
	}
again:
	for len(h.cards) < k {
		card := h.below(h.others)
		for _, before := range h.cards {
			if before == card {
				continue again
			}
		}
		h.cards = append(h.cards, card)
	}
	return h.cards
}

// below is a uniform number below n (Lemire 2019: a product's upper half, and
// another draw where the lower half would favour some).
func (h *hand) below(n uint32) uint32 {
	for {
		product := (h.source.Uint64() >> 32) * uint64(n)
		if low := uint32(product); low >= n || low >= -n%n {
			return uint32(product >> 32)
		}
	}
}

func (p *permuting) rankAlone(i int, h *hand) {
	row, values, observed := p.w.Row(i), p.w.RowValues(i), p.observed(i)
	for range p.permutations {
		sum := 0.0
		for k, j := range h.deal(len(row)) {
			if int(j) >= i {
				j++ // numbers are of everyone else
			}
			if values == nil {
				sum += p.x[j]
			} else {
				sum += values[k] * p.x[j]
			}
		}
		p.count(i, sum, observed)
	}
}

// sequences are rows of different places, one longer than any neighbourhood.
type sequences struct {
	width int
	rows  []int32
}

func newSequences(n, most, permutations int, draw *rand.Rand) sequences {
	t := sequences{width: min(most+1, n)}
	t.rows = make([]int32, 0, permutations*t.width)
	deck := make([]int32, n)
	for i := range deck {
		deck[i] = int32(i)
	}
	for range permutations {
		for k := range t.width {
			other := k + draw.IntN(n-k)
			deck[k], deck[other] = deck[other], deck[k]
		}
		t.rows = append(t.rows, deck[:t.width]...)
	}
	return t
}

func (t sequences) row(k int) []int32 { return t.rows[k*t.width : (k+1)*t.width] }

// rankBySorted sorts the sums of the first k places of all sequences, once for
// each k, looks every place's own sum up among them, and corrects the few
// sequences that hold the place itself.
func (p *permuting) rankBySorted(t sequences) {
	sums := make([][]float64, p.most+1) // by number of neighbours, in order of the table
	sorted := make([][]float64, p.most+1)
	for k := range sums {
		sums[k] = make([]float64, p.permutations)
	}
	type hit struct{ sequence, at int32 }
	hits := make(map[int32][]hit)
	for s := range p.permutations {
		row, sum := t.row(s), 0.0
		for k := range p.most {
			sum += p.x[row[k]]
			sums[k+1][s] = sum
			hits[row[k]] = append(hits[row[k]], hit{int32(s), int32(k)})
		}
	}
	for k := range sums {
		sorted[k] = slices.Clone(sums[k])
		slices.Sort(sorted[k])
	}
	for i := range p.x {
		k, observed := len(p.w.Row(i)), p.observed(i)
		below, _ := slices.BinarySearch(sorted[k], observed-p.slack)
		above, _ := slices.BinarySearch(sorted[k], math.Nextafter(observed+p.slack, math.Inf(1)))
		p.atLeast[i], p.atMost[i] = int32(p.permutations-below), int32(above)
		for _, h := range hits[int32(i)] {
			if int(h.at) >= k {
				continue
			}
			p.uncount(i, sums[k][h.sequence], observed)
			p.count(i, sums[k][h.sequence]-p.x[i]+p.x[t.row(int(h.sequence))[k]], observed)
		}
	}
}

func (p *permuting) uncount(i int, drawn, observed float64) {
	if drawn >= observed-p.slack {
		p.atLeast[i]--
	}
	if drawn <= observed+p.slack {
		p.atMost[i]--
	}
}

// rankByTable adds every sequence up with every place's own weights.
func (p *permuting) rankByTable(t sequences) {
	p.inParts(func(from, to int) {
		for i := from; i < to; i++ {
			values, observed := p.w.RowValues(i), p.observed(i)
			for s := range p.permutations {
				sum, k := 0.0, 0
				for _, j := range t.row(s) {
					if k == len(values) {
						break
					}
					if int(j) != i {
						sum += values[k] * p.x[j]
						k++
					}
				}
				p.count(i, sum, observed)
			}
		}
	})
}
