package tiles

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/geo"
	"sitmap/geo/mesh"
	"sitmap/tiles/held"
	"sitmap/tiles/pyramid"
)

// moment is a layer at one moment. It never changes; whoever holds it may go on
// using it while the next one is made.
type moment struct {
	version int64 // of the layer in the store; -1 before it was asked
	// held is the layer in memory; nil where the store makes the tiles.
	held *pyramid.Snapshot
	// generation counts the changes seen. touches are the latest of them, oldest
	// first; of those before floor nothing is known any more.
	generation uint64
	floor      uint64
	touches    []touch
}

// touch is where the layer changed in the generation before this one.
type touch struct {
	generation uint64
	boxes      []mesh.Box
	hull       mesh.Box
}

// remembered bounds how many changes are kept to compare old tiles with.
const remembered = 256

// after is the next moment: another version, changed inside the boxes.
func (m *moment) after(version int64, held *pyramid.Snapshot, boxes []mesh.Box) *moment {
	next := &moment{version: version, held: held, generation: m.generation + 1, floor: m.floor}
	next.touches = m.touches
	if len(boxes) > 0 {
		hull := boxes[0]
		for _, b := range boxes[1:] {
			hull = hull.With(b.Min).With(b.Max)
		}
		next.touches = append(m.touches[:len(m.touches):len(m.touches)], touch{next.generation, boxes, hull})
	}
	if n := len(next.touches) - remembered; n > 0 {
		next.floor = next.touches[n-1].generation
		next.touches = next.touches[n:]
	}
	return next
}

// afresh is the next moment when anything may have changed.
func (m *moment) afresh(version int64, held *pyramid.Snapshot) *moment {
	return &moment{version: version, held: held, generation: m.generation + 1, floor: m.generation + 1}
}

// holds tells whether a tile made in that generation is still right.
func (m *moment) holds(generation uint64, t maptile.Tile) bool {
	if generation >= m.generation {
		return true
	}
	if generation < m.floor {
		return false
	}
	box := reach(t)
	for i := len(m.touches) - 1; i >= 0 && m.touches[i].generation > generation; i-- {
		if !m.touches[i].hull.Meets(box) {
			continue
		}
		for _, b := range m.touches[i].boxes {
			if b.Meets(box) {
				return false
			}
		}
	}
	return true
}

// reach is what can show in a tile: its square, its buffer, and as much again
// for what generalising moves.
func reach(t maptile.Tile) mesh.Box {
	side := int64(1) << (geo.WorldBits - t.Z)
	margin := side / (Extent / (2 * Buffer))
	at := func(n uint32, add int64) int32 { return int32(max(0, min(int64(n)*side+add, 1<<geo.WorldBits-1))) }
	return mesh.Box{
		Min: mesh.Point{X: at(t.X, -margin), Y: at(t.Y, -margin)},
		Max: mesh.Point{X: at(t.X, side+margin), Y: at(t.Y, side+margin)},
	}
}

// worldBoxes are boxes in degrees as boxes of the world's square.
func worldBoxes(bounds []orb.Bound) []mesh.Box {
	boxes := make([]mesh.Box, len(bounds))
	for i, b := range bounds {
		boxes[i] = held.WorldBox(b)
	}
	return boxes
}
