package main

import (
	"math/rand/v2"
	"net/http"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// samples are tiles whose entity tags are known, by layer and server.
type samples struct {
	tiles  []maptile.Tile
	tags   map[string]string
	random *rand.Rand
}

func (b *bench) newSamples(s *soak) (*samples, error) {
	all := &samples{tags: map[string]string{}, random: rand.New(rand.NewPCG(3, 5))}
	for _, at := range b.list {
		if at.Z >= 12 {
			all.tiles = append(all.tiles, at)
		}
	}
	for _, layer := range []string{"camera", "grid"} {
		for _, at := range all.tiles {
			for _, c := range s.servers {
				if _, err := all.ask(b, c, layer, at); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

// ask renews the tile's entity tag and tells whether it was the one known.
func (all *samples) ask(b *bench, c *child, layer string, at maptile.Tile) (same bool, err error) {
	address := "/tiles/" + layer + "/" + tileName(at) + ".mvt"
	answer, err := b.get(plain, c, address, http.Header{})
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	key, tag := c.name+address, answer.Header.Get("ETag")
	same = all.tags[key] == tag
	all.tags[key] = tag
	return same, drain(answer)
}

// check asks for some tiles of the layer that the change does not touch, and
// renews what is known of those that it may touch.
func (all *samples) check(b *bench, s *soak, n note) error {
	for range 6 {
		at := all.tiles[all.random.IntN(len(all.tiles))]
		if touches(at, n.Boxes) {
			continue
		}
		for _, c := range s.servers {
			same, err := all.ask(b, c, n.Layer, at)
			if err != nil {
				return err
			}
			s.kept++
			if !same {
				s.lost++
				s.lostNames = append(s.lostNames, n.Layer+" "+tileName(at))
			}
		}
	}
	for _, at := range all.tiles {
		if !touches(at, n.Boxes) {
			continue
		}
		for _, c := range s.servers {
			if _, err := all.ask(b, c, n.Layer, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// touches tells whether a change may show in the tile.
func touches(at maptile.Tile, boxes []orb.Bound) bool {
	reach := at.Bound().Pad(apart)
	for _, b := range boxes {
		if reach.Intersects(b) {
			return true
		}
	}
	return false
}
