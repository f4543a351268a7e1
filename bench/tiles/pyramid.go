package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/bench/measure"
	"sitmap/layers"
	"sitmap/layers/access"
)

// pyramid makes every tile of the grids that is not empty, zoom 7 to 14, on one
// core.
func (b *bench) pyramid() error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	features, err := b.grids()
	if err != nil {
		return err
	}
	var builds, encodes []float64
	tiles, bytes := 0, 0
	for range b.repeats(5, 2) {
		runtime.GC()
		began := time.Now()
		s, err := snapshotOf(flatGrid(), features)
		if err != nil {
			return err
		}
		builds = append(builds, time.Since(began).Seconds())
		var full []maptile.Tile
		bytes = 0
		for _, at := range covering(boundsOf(features), firstZoom, 14) {
			body, err := s.Tile(at, layers.Query{}, access.System)
			if err != nil {
				return err
			}
			if len(body) > 0 {
				full, bytes = append(full, at), bytes+len(body)
			}
		}
		tiles = len(full)
		began = time.Now()
		for _, at := range full {
			if _, err := s.Tile(at, layers.Query{}, access.System); err != nil {
				return err
			}
		}
		encodes = append(encodes, time.Since(began).Seconds())
	}
	b.report.Judge("All tiles of the grids, z7–z14, one core", "< 1 s", fmt.Sprintf("%.3f s (%d tiles, %.1f MB)", measure.Median(encodes), tiles, float64(bytes)/1e6), measure.Spread(encodes, "%.3f"), measure.Judged(measure.Median(encodes) < 1))
	b.report.Judge("Building the grids' zooms z7–z16 from rows in memory, one core", "–", fmt.Sprintf("%.2f s", measure.Median(builds)), measure.Spread(builds, "%.2f"), measure.Unknown)
	return nil
}

func boundsOf(features []layers.Feature) orb.Bound {
	bounds := features[0].Geometry.Bound()
	for _, f := range features[1:] {
		bounds = bounds.Union(f.Geometry.Bound())
	}
	return bounds
}

// covering is every tile of the zooms that meets the bounds.
func covering(bounds orb.Bound, from, to maptile.Zoom) (all []maptile.Tile) {
	for z := from; z <= to; z++ {
		first, last := maptile.At(bounds.LeftTop(), z), maptile.At(bounds.RightBottom(), z)
		for x := first.X; x <= last.X; x++ {
			for y := first.Y; y <= last.Y; y++ {
				all = append(all, maptile.New(x, y, z))
			}
		}
	}
	return all
}
