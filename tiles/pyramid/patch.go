package pyramid

import (
	"bytes"
	"math/bits"
	"slices"

	"sitmap/geo/mesh"
	"sitmap/layers"
	"sitmap/tiles/held"
)

// place is a feature of a snapshot.
type place struct {
	in    *Pyramid
	index int32
}

// find is where the feature of that number is.
func (s *Snapshot) find(fid int32) (place, bool) {
	if s.fresh != nil {
		if i, ok := s.fresh.Part.Index(fid); ok {
			return place{s.fresh, int32(i)}, true
		}
	}
	if i, ok := s.base.Part.Index(fid); ok && !s.gone.has(int32(i)) {
		return place{s.base, int32(i)}, true
	}
	return place{}, false
}

func (p place) fid() int32 { return p.in.Part.FID[p.index] }

func (p place) box() (mesh.Box, bool) { return p.in.Part.Box(int(p.index)) }

// Patch is the snapshot after the features of these numbers changed: now is
// those of them that still are, in the order of FID. touched is where the two
// snapshots differ, in the world's square. words grow by it, so that patches of
// a layer are made one after another.
func (s *Snapshot) Patch(changed []int32, now []layers.Feature) (next *Snapshot, touched []mesh.Box, err error) {
	arrived := held.NewBuilder(s.layer, s.words)
	for _, f := range now {
		if err := arrived.Add(f); err != nil {
			return nil, nil, err
		}
	}
	part, words := arrived.Part()
	gone := map[int32]bool{}
	for _, fid := range changed {
		gone[fid] = true
		if p, ok := s.find(fid); ok {
			if b, ok := p.box(); ok {
				touched = append(touched, b)
			}
		}
	}
	for i := range part.Len() {
		gone[part.FID[i]] = true
		if b, ok := part.Box(i); ok {
			touched = append(touched, b)
		}
	}
	arrival := &Pyramid{Part: part, minZoom: minZooms(part)}
	redrawn := s.redraw(arrival, gone, touched)
	// The neighbours whose borders moved go into the fresh part as well.
	members := make([]place, 0, part.Len()+len(redrawn))
	for i := range part.Len() {
		members = append(members, place{arrival, int32(i)})
	}
	for p := range redrawn {
		if p.in != arrival {
			members = append(members, p)
			if b, ok := p.box(); ok {
				touched = append(touched, b)
			}
			gone[p.fid()] = true
		}
	}
	if s.fresh != nil {
		for i := range s.fresh.Part.Len() {
			if p := (place{s.fresh, int32(i)}); !gone[p.fid()] {
				members = append(members, p)
			}
		}
	}
	slices.SortFunc(members, func(a, b place) int { return int(a.fid()) - int(b.fid()) })
	return s.with(members, gone, redrawn, arrival, words), touched, nil
}

// with is the snapshot whose fresh part has these members. How they look is
// known: newly drawn, or as in the part they come from.
func (s *Snapshot) with(members []place, gone map[int32]bool, redrawn map[place][]drawn, arrival *Pyramid, words *held.Words) *Snapshot {
	next := &Snapshot{layer: s.layer, words: words, base: s.base, rooms: s.rooms, patched: s.patched + 1 + arrival.Part.Len()}
	next.gone = newBitset(s.base.Part.Len())
	copy(next.gone, s.gone)
	for fid := range gone {
		if i, ok := s.base.Part.Index(fid); ok {
			next.gone.set(int32(i))
		}
	}
	b := held.NewBuilder(s.layer, words)
	for _, m := range members {
		b.Copy(m.in.Part, int(m.index))
	}
	part, _ := b.Part()
	if part.Len() == 0 {
		return next
	}
	next.fresh = build(part, func(p *Pyramid, zoom int) []drawn {
		all := make([]drawn, part.Len())
		for k, m := range members {
			switch look := redrawn[m]; {
			case look != nil:
				all[k] = look[zoom]
			case m.in == arrival && part.Kind[k] == held.Line && int(p.minZoom[k]) <= zoom:
				all[k] = drawLines(part, int32(k), zoom)
			case m.in != arrival && m.in.levels != nil && m.in.levels[zoom] != nil:
				all[k] = m.in.levels[zoom].drawn(m.index)
			}
		}
		return all
	})
	return next
}

// redraw draws the outlines that changed, by zoom, and those around them that
// look different because they share borders with them. Outlines of layers that
// are no coverage touch no others.
//
// How an outline looks depends on what lies around it and on nothing farther
// away, so a neighbourhood drawn alone looks as it does in the whole, except at
// its rim. Where something looks new even next to the rim, the neighbourhood was
// too small and is widened.
func (s *Snapshot) redraw(arrival *Pyramid, gone map[int32]bool, touched []mesh.Box) map[place][]drawn {
	var drawing []place
	for i := range arrival.Part.Len() {
		if arrival.Part.Kind[i] == held.Polygon {
			drawing = append(drawing, place{arrival, int32(i)})
		}
	}
	if s.layer.Geometry != layers.Polygons {
		return s.look(drawing)
	}
	known := map[place]bool{}
	nearest := s.around(touched, gone, known)
	ripple := s.around(boxesOf(nearest), gone, known)
	drawing = append(append(drawing, nearest...), ripple...)
	for {
		rim := s.around(boxesOf(ripple), gone, known)
		looks := s.look(slices.Concat(drawing, rim))
		for _, p := range rim {
			delete(looks, p)
		}
		for p, look := range looks {
			if p.in != arrival && p.looks(look) {
				delete(looks, p)
			}
		}
		calm := !slices.ContainsFunc(ripple, func(p place) bool { return looks[p] != nil })
		if calm || len(rim) == 0 {
			return looks
		}
		drawing, ripple = append(drawing, rim...), rim
	}
}

// look draws outlines, by zoom, as one coverage where the layer is one.
func (s *Snapshot) look(drawing []place) map[place][]drawn {
	c := newCoverage(s.layer)
	looks := make(map[place][]drawn, len(drawing))
	for _, p := range drawing {
		c.add(p.in.Part, p.index, p.in.minZoom[p.index])
		looks[p] = make([]drawn, s.layer.Zoom.Max+1)
	}
	var e easel
	for zoom := s.layer.Zoom.Min; zoom <= s.layer.Zoom.Max; zoom++ {
		for k, polygons := range c.level(zoom) {
			looks[drawing[k]][zoom] = e.polygons(polygons)
		}
	}
	return looks
}

// looks tells whether a feature looks like that already.
func (p place) looks(look []drawn) bool {
	for zoom, l := range p.in.levels {
		if l != nil && (l.start[p.index] != look[zoom].start || !bytes.Equal(l.bytes(p.index), look[zoom].bytes)) {
			return false
		}
	}
	return true
}

func boxesOf(places []place) []mesh.Box {
	boxes := make([]mesh.Box, 0, len(places))
	for _, p := range places {
		if b, ok := p.box(); ok {
			boxes = append(boxes, b)
		}
	}
	return boxes
}

// near is how close outlines must come, in units of the coarsest grid, to
// matter to one another though they do not touch.
const near = 8

// around finds the features that lie near the boxes and are neither gone nor
// known yet, and makes them known.
func (s *Snapshot) around(boxes []mesh.Box, gone map[int32]bool, known map[place]bool) (found []place) {
	margin := int64(near) << shiftOf(s.layer.Zoom.Min)
	for _, p := range []*Pyramid{s.base, s.fresh} {
		if p == nil {
			continue
		}
		marked := newBitset(p.Part.Len())
		for _, b := range boxes {
			p.tree.meeting(widened(b, margin), marked)
		}
		for w, word := range marked {
			for ; word != 0; word &= word - 1 {
				at := place{p, int32(w<<6 + bits.TrailingZeros64(word))}
				if known[at] || gone[at.fid()] || p == s.base && s.gone.has(at.index) || p.Part.Kind[at.index] != held.Polygon {
					continue
				}
				known[at] = true
				found = append(found, at)
			}
		}
	}
	return found
}

func widened(b mesh.Box, margin int64) mesh.Box {
	low := func(v int32) int32 { return int32(max(0, int64(v)-margin)) }
	high := func(v int32) int32 { return int32(min(1<<worldBits-1, int64(v)+margin)) }
	return mesh.Box{Min: mesh.Point{X: low(b.Min.X), Y: low(b.Min.Y)}, Max: mesh.Point{X: high(b.Max.X), Y: high(b.Max.Y)}}
}

// Rebuilt is the same layer with everything in one part again, and without the
// values that nobody has any more.
func (s *Snapshot) Rebuilt() *Snapshot {
	var members []place
	for i := range s.base.Part.Len() {
		if !s.gone.has(int32(i)) {
			members = append(members, place{s.base, int32(i)})
		}
	}
	if s.fresh != nil {
		for i := range s.fresh.Part.Len() {
			members = append(members, place{s.fresh, int32(i)})
		}
	}
	slices.SortFunc(members, func(a, b place) int { return int(a.fid()) - int(b.fid()) })
	b := held.NewBuilder(s.layer, nil)
	for _, m := range members {
		b.Retell(m.in.Part, int(m.index))
	}
	return New(b.Part())
}

// mostPatched bounds what words of features that changed again and again may
// gather before they are left behind.
const mostPatched = 50_000

// Worn tells whether so much changed that Rebuilt is worth its time.
func (s *Snapshot) Worn() bool {
	return s.patched > mostPatched || s.fresh != nil && s.fresh.Part.Len() > max(500, s.base.Part.Len()/16)
}

// Features are those of the numbers that there are, in the order of FID.
func (s *Snapshot) Features(fids []int32) (present []layers.Feature) {
	fids = slices.Clone(fids)
	slices.Sort(fids)
	for _, fid := range slices.Compact(fids) {
		if p, ok := s.find(fid); ok {
			present = append(present, p.in.Part.Feature(int(p.index)))
		}
	}
	return present
}
