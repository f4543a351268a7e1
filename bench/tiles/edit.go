package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// The editor is a process of its own that shares the database. For each line
// that it reads it makes one small import, and prints two notes: before, what
// it is about to change, and after, when the commit returned.

// note is a line the editor prints.
type note struct {
	Layer string       // what will change; empty in the note after
	FID   int32        // one of the features, to look for
	Name  string       // which it will have
	Tile  maptile.Tile // where it will be seen
	Boxes []orb.Bound  // all that changes, before and after, in degrees
	Done  int64        // Unix nanoseconds when the commit returned; 0 in the note before
	Took  float64      // seconds the import took, from its beginning
}

func edit(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("edit", flag.ContinueOnError)
	address := flags.String("database-url", "", "database to edit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	opened, err := data.Open(ctx, data.Options{URL: *address, Catalog: catalog.All})
	if err != nil {
		return err
	}
	defer opened.Store.Close()
	e := editor{store: opened.Store, out: json.NewEncoder(os.Stdout), random: rand.New(rand.NewPCG(11, 13))}
	if err := e.read(ctx); err != nil {
		return err
	}
	lines := bufio.NewReader(os.Stdin)
	if err := e.out.Encode(note{}); err != nil { // ready
		return err
	}
	for {
		if _, err := lines.ReadString('\n'); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
		if err := e.change(ctx); err != nil {
			return err
		}
	}
}

// editor knows the features it may change.
type editor struct {
	store   *postgis.Store
	out     *json.Encoder
	random  *rand.Rand
	cameras []layers.Feature
	spots   []orb.Point // where each camera stood at first
	grids   []layers.Feature
	// corners are the vertices that exactly two grids share.
	corners []orb.Point
	sharers map[orb.Point][]int
	n       int
}

func (e *editor) read(ctx context.Context) error {
	read := func(l layers.Layer, into *[]layers.Feature) error {
		return e.store.Features(ctx, l, layers.Query{}, access.System, func(f layers.Feature) error {
			*into = append(*into, f)
			return nil
		})
	}
	if err := read(catalog.Camera, &e.cameras); err != nil {
		return err
	}
	if err := read(catalog.Grid, &e.grids); err != nil {
		return err
	}
	for _, f := range e.cameras {
		e.spots = append(e.spots, f.Geometry.(orb.Point))
	}
	e.sharers = map[orb.Point][]int{}
	for i, f := range e.grids {
		eachVertex(f.Geometry, func(p *orb.Point) {
			if all := e.sharers[*p]; len(all) == 0 || all[len(all)-1] != i {
				e.sharers[*p] = append(all, i)
			}
		})
	}
	listed := map[orb.Point]bool{} // each is met in both grids, and where a ring closes
	for _, f := range e.grids {
		eachVertex(f.Geometry, func(p *orb.Point) {
			if len(e.sharers[*p]) == 2 && !listed[*p] {
				listed[*p] = true
				e.corners = append(e.corners, *p)
			}
		})
	}
	return nil
}

func eachVertex(g orb.Geometry, visit func(*orb.Point)) {
	switch g := g.(type) {
	case orb.Polygon:
		for _, ring := range g {
			for i := range ring {
				visit(&ring[i])
			}
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			eachVertex(polygon, visit)
		}
	}
}

// change makes one import: cameras that move a little, or a vertex of a border
// and the two grids that share it. A change that the store refuses is not made,
// and another one tried.
func (e *editor) change(ctx context.Context) error {
	for range 20 {
		e.n++
		var changed []layers.Feature
		var before note
		var undo func()
		if e.n%2 == 0 {
			changed, before, undo = e.moveCameras()
		} else {
			changed, before, undo = e.moveBorder()
		}
		done, err := e.apply(ctx, before, changed)
		if err != nil {
			return err
		}
		if done {
			return nil
		}
		undo()
	}
	return fmt.Errorf("the store refused twenty changes in a row")
}

func (e *editor) moveCameras() (changed []layers.Feature, n note, undo func()) {
	n = note{Layer: "camera", Name: fmt.Sprintf("bench %d", e.n)}
	before := map[int]orb.Point{}
	for range 1 + e.random.IntN(5) {
		i := e.random.IntN(len(e.cameras))
		f := &e.cameras[i]
		was := f.Geometry.(orb.Point)
		if _, moved := before[i]; moved {
			continue
		}
		before[i] = was
		now := orb.Point{e.spots[i][0] + 0.0004*(e.random.Float64()-0.5), e.spots[i][1] + 0.0004*(e.random.Float64()-0.5)}
		f.Geometry, f.Area, f.Properties["name"] = now, 0, n.Name
		n.FID, n.Tile = f.FID, maptile.At(now, 16)
		n.Boxes = append(n.Boxes, was.Bound(), now.Bound())
		changed = append(changed, *f)
	}
	return changed, n, func() {
		for i, was := range before {
			e.cameras[i].Geometry = was
		}
	}
}

func (e *editor) moveBorder() (changed []layers.Feature, n note, undo func()) {
	n = note{Layer: "grid", Name: fmt.Sprintf("bench %d", e.n)}
	k := e.random.IntN(len(e.corners))
	was := e.corners[k]
	now := orb.Point{was[0] + 4e-6*(e.random.Float64()-0.5), was[1] + 4e-6*(e.random.Float64()-0.5)}
	sharers := e.sharers[was]
	move := func(from, to orb.Point) {
		for _, i := range sharers {
			n.Boxes = append(n.Boxes, e.grids[i].Geometry.Bound())
			eachVertex(e.grids[i].Geometry, func(p *orb.Point) {
				if *p == from {
					*p = to
				}
			})
			n.Boxes = append(n.Boxes, e.grids[i].Geometry.Bound())
		}
		delete(e.sharers, from)
		e.sharers[to], e.corners[k] = sharers, to
	}
	move(was, now)
	for _, i := range sharers {
		e.grids[i].Properties["name"] = n.Name
		n.FID = e.grids[i].FID
		changed = append(changed, e.grids[i])
	}
	n.Tile = maptile.At(now, 16)
	return changed, n, func() { move(now, was) }
}

// apply stores a change as an import does, and tells before and after. It is
// false where a row was refused.
func (e *editor) apply(ctx context.Context, before note, changed []layers.Feature) (bool, error) {
	began := time.Now()
	batch, err := e.store.Begin(ctx, layers.Batch{Layer: before.Layer, City: "6206", File: "bench", CRS: string(geo.WGS84), By: "bench", Synthetic: true})
	if err != nil {
		return false, err
	}
	defer batch.Discard(context.WithoutCancel(ctx)) // nothing, once it is applied
	staged := make([]layers.Staged, len(changed))
	for i, f := range changed {
		staged[i] = layers.Staged{Row: i + 1, Feature: f}
	}
	if err := batch.Put(ctx, staged); err != nil {
		return false, err
	}
	problems, err := batch.Check(ctx)
	if err != nil {
		return false, err
	}
	if len(problems) > 0 {
		return false, nil
	}
	if err := e.out.Encode(before); err != nil {
		return false, err
	}
	if _, err := batch.Apply(ctx); err != nil {
		return false, err
	}
	done := time.Now()
	return true, e.out.Encode(note{Done: done.UnixNano(), Took: done.Sub(began).Seconds()})
}
