package main

import (
	"sitmap/bench/measure"
	"sitmap/geo/cube"
	"sitmap/geo/cube/cubetest"
	"sitmap/geo/hex"
)

// ours is our own counting: the points in columns sorted by cell and time, once
// with the sums by day ready and once without.
type ours struct {
	city                             *city
	scan, ready                      *cube.View
	encode, sort, full               float64 // seconds of processor that building took
	bytes, sumsBytes, atoms, numbers int
}

func newOurs(c *city) (*ours, error) {
	o := &ours{city: c, numbers: len(c.cells)}
	spread := places(len(c.cells))
	before := measure.OwnCPU()
	for _, p := range spread {
		if _, err := hex.Of(p, 9); err != nil {
			return nil, err
		}
	}
	o.encode = measure.OwnCPU() - before
	build := func(options cube.Options) (*cube.Base, float64, error) {
		options.Days = cube.DaysIn(cubetest.Zone)
		before := measure.OwnCPU()
		builder := cube.NewBuilder(options, len(c.cells))
		for i, cell := range c.cells {
			if err := builder.Add(cube.Point{Cell: cell, Area: c.areas[i], Time: c.times[i], Category: c.categories[i]}); err != nil {
				return nil, 0, err
			}
		}
		base, err := builder.Finish()
		return base, measure.OwnCPU() - before, err
	}
	plain, seconds, err := build(cube.Options{CubeBytes: -1})
	if err != nil {
		return nil, err
	}
	o.sort = seconds
	full, seconds, err := build(cube.Options{})
	if err != nil {
		return nil, err
	}
	o.full = seconds
	o.bytes, _ = plain.Bytes()
	_, o.sumsBytes = full.Bytes()
	o.atoms = plain.Atoms()
	o.scan, o.ready = cube.New(plain, cube.Options{}).View(), cube.New(full, cube.Options{}).View()
	return o, nil
}

// answer counts, and says what was found.
func (o *ours) answer(v *cube.View, q question) (counts, error) {
	var found cube.Counts
	if err := v.Count(q.cube(o.city), &found); err != nil {
		return nil, err
	}
	all := make(counts, len(found.Cells))
	for i, cell := range found.Cells {
		all[cell] = int64(found.Counts[i])
	}
	return all, nil
}

// side counts into columns that are used again, as a server would.
func (o *ours) side(name string, v *cube.View, q question) *side {
	var found cube.Counts
	query := q.cube(o.city)
	return &side{name: name, run: func() error { return v.Count(query, &found) }}
}

// plain is the loop over the rows that one writes without a library.
func (c *city) plain(q question, view map[hex.Cell]bool) counts {
	found := counts{}
	for i, cell := range c.cells {
		if !q.has(c.times[i], c.categories[i]) || q.inView && !view[cell] {
			continue
		}
		found[cell.Parent(q.resolution)]++
	}
	return found
}
