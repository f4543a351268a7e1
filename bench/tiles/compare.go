package main

import (
	"fmt"
	"reflect"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/mvt"
	"sitmap/tiles/pyramid"
)

// compare makes the tile on each side once, counts what is in it, and insists
// that features which both have carry the same attributes.
func (b *bench) compare(c *contest, ours, fine *pyramid.Snapshot) error {
	var theirs []byte
	if err := b.db.QueryRow(b.ctx, "floor", int32(c.at.Z), int32(c.at.X), int32(c.at.Y)).Scan(&theirs); err != nil {
		return err
	}
	mine, err := ours.Tile(c.at, layers.Query{}, access.System)
	if err != nil {
		return err
	}
	detailed, err := fine.Tile(c.at, layers.Query{}, access.System)
	if err != nil {
		return err
	}
	c.sqlB, c.oursB = len(theirs), len(mine)
	left, err := readTile(theirs)
	if err != nil {
		return fmt.Errorf("of the database: %w", err)
	}
	right, err := readTile(mine)
	if err != nil {
		return fmt.Errorf("of ours: %w", err)
	}
	full, err := readTile(detailed)
	if err != nil {
		return fmt.Errorf("of ours, not generalised: %w", err)
	}
	c.sqlF, c.sqlV, c.oursF, c.oursV, c.fnV = len(left.features), left.vertices, len(right.features), right.vertices, full.vertices
	for id, f := range left.features {
		mine, both := right.features[id]
		if both {
			c.both++
		}
		if both && !reflect.DeepEqual(f, mine) {
			return fmt.Errorf("feature %d: the database says %v, we say %v", id, f, mine)
		}
	}
	return nil
}

// contents is a tile that was read back: attributes by feature id.
type contents struct {
	features map[uint64]map[string]any
	vertices int
}

func readTile(body []byte) (contents, error) {
	c := contents{features: map[uint64]map[string]any{}}
	all, err := mvt.Decode(body)
	if err != nil {
		return c, err
	}
	for _, l := range all {
		for _, f := range l.Features {
			properties := make(map[string]any, len(f.Properties))
			for _, p := range f.Properties {
				if n, ok := p.Value.(uint64); ok {
					p.Value = int64(n)
				}
				properties[p.Key] = p.Value
			}
			c.features[f.ID] = properties
			for _, polygon := range f.Shape.Polygons {
				for _, ring := range polygon {
					c.vertices += len(ring)
				}
			}
		}
	}
	return c, nil
}
