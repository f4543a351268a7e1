package cube

import "sync"

// worthAtoms is how many atoms have to be read before a second goroutine pays.
const worthAtoms = 40_000

// countAll counts the pieces, with a share of them on each of some goroutines
// where much has to be read.
func (p *plan) countAll(pieces []piece, workers int, into *Counts) {
	if workers < 2 || p.unfiltered() || p.byDay(p.target) || p.atoms(pieces) < worthAtoms {
		p.count(pieces, into)
		return
	}
	shares := p.split(pieces, workers)
	answers := make([]Counts, len(shares)-1)
	var group sync.WaitGroup
	for i, share := range shares[1:] {
		group.Go(func() { p.count(share, &answers[i]) })
	}
	p.count(shares[0], into)
	group.Wait()
	for _, answer := range answers {
		into.Cells = append(into.Cells, answer.Cells...)
		into.Counts = append(into.Counts, answer.Counts...)
		into.Total += answer.Total
	}
}

// atoms is how many atoms the pieces are.
func (p *plan) atoms(pieces []piece) int {
	n := 0
	for _, piece := range pieces {
		from, to := p.base.atomsOf(int(piece.level), piece.from, piece.to)
		n += int(to - from)
	}
	return n
}

// split cuts pieces into so many shares of about as many points each, never
// within a cell of the target.
func (p *plan) split(pieces []piece, shares int) [][]piece {
	var cut [][]piece
	all, next := uint64(0), uint64(0)
	points := func(piece piece) uint64 {
		from, to := p.base.atomsOf(int(piece.level), piece.from, piece.to)
		return uint64(p.base.atomPoint[to] - p.base.atomPoint[from])
	}
	for _, piece := range pieces {
		all += points(piece)
	}
	var share []piece
	for i, piece := range pieces {
		// A run of target cells may be cut anywhere, others where a cell ends.
		for int(piece.level) == p.target && piece.to-piece.from > 1 && next+points(piece) > all/uint64(shares) && len(cut) < shares-1 {
			low, high := piece.from+1, piece.to
			for low < high { // the first cut with enough before it
				middle := (low + high) / 2
				head := piece
				head.to = middle
				if next+points(head) >= all/uint64(shares) {
					high = middle
				} else {
					low = middle + 1
				}
			}
			head := piece
			head.to = low
			cut, share, next = append(cut, append(share, head)), nil, 0
			piece.from = low
			if piece.from == piece.to {
				break
			}
		}
		if piece.from == piece.to {
			continue
		}
		share, next = append(share, piece), next+points(piece)
		ends := i+1 == len(pieces) || pieces[i+1].out != piece.out || int(piece.level) == p.target
		if ends && next >= all/uint64(shares) && len(cut) < shares-1 {
			cut, share, next = append(cut, share), nil, 0
		}
	}
	if len(share) > 0 || len(cut) == 0 {
		cut = append(cut, share)
	}
	return cut
}
