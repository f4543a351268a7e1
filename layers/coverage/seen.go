package coverage

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/lattice"
)

// sight is a part of a piece of road that a camera sees.
type sight struct {
	geo.Part
	working bool
}

// seen is what cameras see of a ground.
type seen struct {
	ground       *Ground
	working, all lattice.Depth // of points, by working cameras; by all that are installed
	begin        []int32       // by piece: where its sights begin
	sights       []sight       // by piece, then in order
}

// view is a camera's sector where it stands.
type view struct {
	plane   geo.Plane
	sector  geo.Sector
	working bool
}

// look finds what these see.
func (g *Ground) look(list []view) *seen {
	s := &seen{ground: g, working: lattice.NewDepth(g.lattice.Len())}
	for _, v := range list {
		if v.working {
			g.lattice.Seen(v.plane, v.sector, s.working.Add)
		}
	}
	s.all = s.working.Clone()
	type hit struct {
		piece int32
		sight
	}
	var hits []hit
	for _, v := range list {
		if !v.working {
			g.lattice.Seen(v.plane, v.sector, s.all.Add)
		}
		g.along(v, func(piece int32, part geo.Part) { hits = append(hits, hit{piece, sight{part, v.working}}) })
	}
	s.begin = make([]int32, len(g.pieces)+1)
	for _, h := range hits {
		s.begin[h.piece+1]++
	}
	for k := 1; k < len(s.begin); k++ {
		s.begin[k] += s.begin[k-1]
	}
	s.sights = make([]sight, len(hits))
	next := slices.Clone(s.begin)
	for _, h := range hits {
		s.sights[next[h.piece]] = h.sight
		next[h.piece]++
	}
	for k := range g.pieces {
		inOrder(s.of(k))
	}
	return s
}

func inOrder(list []sight) {
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b sight) int { return cmp.Compare(a.From, b.From) })
	}
}

func (s *seen) of(piece int) []sight { return s.sights[s.begin[piece]:s.begin[piece+1]] }

// along calls yield for every part of a piece of road that a view holds.
func (g *Ground) along(v view, yield func(piece int32, part geo.Part)) {
	var room [4]geo.Part
	g.nearby.near(v.plane, v.sector.Far()+pieceLength, func(k int32) {
		if g.pieces[k].area == 0 {
			return
		}
		ax, ay := v.plane.XY(g.places[k])
		bx, by := v.plane.XY(g.places[k+1])
		for _, part := range v.sector.Along(room[:0], ax, ay, bx, by) {
			yield(k, part)
		}
	})
}

// covered is how much of a piece, from 0 to 1, is seen at least once and at
// least twice; the sights are in order.
func covered(list []sight, all bool) (once, twice float64) {
	var first, second float64 // how far one camera, and two, have seen already
	for _, s := range list {
		if !all && !s.working {
			continue
		}
		// What the new sight shares with what one camera has seen is seen
		// twice, as far as it was not so before.
		if overlap := min(first, s.To); overlap > max(second, s.From) {
			twice += overlap - max(second, s.From)
			second = overlap
		}
		if s.To > first {
			once += s.To - max(first, s.From)
			first = s.To
		}
	}
	return once, twice
}

// blind calls yield for the parts of a piece that fewer than times working
// cameras see, in order.
func blind(list []sight, times int, yield func(geo.Part)) {
	var first, second float64 // as in covered
	at := 0.0                 // up to here all is told
	for _, s := range list {
		if !s.working {
			continue
		}
		from, to := s.From, s.To
		if times == 2 {
			from, to = max(second, s.From), min(first, s.To)
			second, first = max(second, to), max(first, s.To)
		}
		if from < to {
			if from > at {
				yield(geo.Part{From: at, To: from})
			}
			at = max(at, to)
		}
	}
	if at < 1 {
		yield(geo.Part{From: at, To: 1})
	}
}

// sees tells how many working cameras, and how many of all, see a place.
func sees(list []view, nearby *bins, places []orb.Point) (working, all []int) {
	working, all = make([]int, len(places)), make([]int, len(places))
	for _, v := range list {
		nearby.near(v.plane, v.sector.Far(), func(k int32) {
			if v.sector.Contains(v.plane.XY(places[k])) {
				all[k]++
				if v.working {
					working[k]++
				}
			}
		})
	}
	return working, all
}
