package pyramid

import (
	"iter"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/geo/mesh"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/held"
)

// Selection is the features of a question at one moment. It never changes.
type Selection struct {
	parts []chosen
	count int
}

// chosen is what a question means of one part.
type chosen struct {
	part *held.Part
	// marked are features by their rank; nil where all are meant that are not gone.
	marked bitset
	gone   bitset
}

// Count is how many features there are.
func (s *Selection) Count() int { return s.count }

// After gives the features whose number is greater than fid, in the order of
// their numbers: the part in which each is, and its index there.
func (s *Selection) After(fid int32) iter.Seq2[*held.Part, int] {
	return func(yield func(*held.Part, int) bool) {
		var at [2]int // the next rank of each part
		var next [2]int32
		const ended = -1
		step := func(n, from int) {
			c := &s.parts[n]
			at[n], next[n] = c.from(from), ended
			if at[n] < c.part.Len() {
				next[n] = c.part.FID[c.part.InOrder(at[n])]
			}
		}
		for n := range s.parts {
			step(n, s.parts[n].part.RankAfter(fid))
		}
		for n := len(s.parts); n < len(next); n++ {
			next[n] = ended
		}
		for {
			n := 0
			if next[0] == ended || next[1] != ended && next[1] < next[0] {
				n = 1
			}
			if next[n] == ended {
				return
			}
			if part := s.parts[n].part; !yield(part, part.InOrder(at[n])) {
				return
			}
			step(n, at[n]+1)
		}
	}
}

// from is the first chosen rank that is k or comes after it; or the number of
// features.
func (c *chosen) from(k int) int {
	if c.marked == nil {
		for k < c.part.Len() && c.gone.has(int32(c.part.InOrder(k))) {
			k++
		}
		return k
	}
	for w := k >> 6; w < len(c.marked); w++ {
		word := c.marked[w]
		if w == k>>6 {
			word &= ^uint64(0) << (k & 63)
		}
		if word != 0 {
			return w<<6 + bits.TrailingZeros64(word)
		}
	}
	return c.part.Len()
}

// Select finds the features that the question means and the scope sees. After
// and Limit are left to the caller. A drawing is not understood and must not be
// in the question. The errors are those of the store: layers.ErrDenied, or a
// *layers.InvalidParameter.
func (s *Snapshot) Select(q layers.Query, scope access.Scope) (*Selection, error) {
	if err := scope.MayRead(s.layer); err != nil {
		return nil, err
	}
	boxes, err := q.Boxes()
	if err != nil {
		return nil, err
	}
	found := &Selection{}
	for _, p := range []*Pyramid{s.base, s.fresh} {
		if p == nil {
			continue
		}
		test, err := p.Part.Compile(q, scope)
		if err != nil {
			return nil, err
		}
		v := view{Pyramid: p, test: test}
		if p == s.base {
			v.gone = s.gone
		}
		c, n := v.choose(q.FIDs, boxes)
		found.parts, found.count = append(found.parts, c), found.count+n
	}
	return found, nil
}

// Find is where the feature of that business code is; ok is false where there is
// none, or none that the scope sees.
func (s *Snapshot) Find(id string, scope access.Scope) (part *held.Part, i int, ok bool, err error) {
	for _, p := range []*Pyramid{s.fresh, s.base} {
		if p == nil {
			continue
		}
		test, err := p.Part.Compile(layers.Query{}, scope)
		if err != nil {
			return nil, 0, false, err
		}
		i, ok := p.Part.Find(id)
		if !ok || p == s.base && s.gone.has(int32(i)) {
			continue
		}
		return p.Part, i, test.Match(i), nil
	}
	return nil, 0, false, nil
}

// choose marks what is meant and counts it.
func (v *view) choose(fids []int32, boxes []orb.Bound) (c chosen, count int) {
	c = chosen{part: v.Part, gone: v.gone}
	n := v.Part.Len()
	if fids == nil && boxes == nil && v.test.All() {
		return c, n - v.gone.count()
	}
	c.marked = newBitset(n)
	mark := func(i int32) {
		rank := int32(v.Part.Rank(int(i)))
		if !c.marked.has(rank) && v.passes(i) && (boxes == nil || slices.ContainsFunc(boxes, func(b orb.Bound) bool { return v.Part.Meets(int(i), b) })) {
			c.marked.set(rank)
			count++
		}
	}
	switch {
	case fids != nil:
		for _, fid := range fids {
			if i, ok := v.Part.Index(fid); ok {
				mark(int32(i))
			}
		}
	case boxes != nil:
		for _, b := range boxes {
			v.near(held.WorldBox(b), mark)
		}
	default:
		for i := range int32(n) {
			mark(i)
		}
	}
	return c, count
}

// near tells the features whose boxes meet the box.
func (p *Pyramid) near(box mesh.Box, tell func(int32)) {
	if len(p.tree.ids) > 0 {
		marked := newBitset(p.Part.Len())
		p.tree.meeting(box, marked)
		for w, word := range marked {
			for ; word != 0; word &= word - 1 {
				tell(int32(w<<6 + bits.TrailingZeros64(word)))
			}
		}
	}
	if len(p.codes) == 0 {
		return
	}
	// Squares a quarter of the box's longer side or smaller: at most five by five
	// of them lie under it, and little beside it.
	side := uint32(max(box.Max.X-box.Min.X, box.Max.Y-box.Min.Y))
	zoom := maptile.Zoom(min(worldBits, worldBits-bits.Len32(side)+2))
	shift := worldBits - uint(zoom)
	for y := box.Min.Y >> shift; y <= box.Max.Y>>shift; y++ {
		for x := box.Min.X >> shift; x <= box.Max.X>>shift; x++ {
			first, end := p.along(maptile.Tile{X: uint32(x), Y: uint32(y), Z: zoom})
			for k := first; k < end; k++ {
				i := p.feature(k)
				if at := p.Part.Spot(int(i)); (mesh.Box{Min: at, Max: at}).Meets(box) {
					tell(i)
				}
			}
		}
	}
}
