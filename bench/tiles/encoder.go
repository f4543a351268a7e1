package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/bench/measure"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/held"
	"sitmap/tiles/pyramid"
)

// floorSQL is the least that a server on top of PostGIS must run for a tile.
const floorSQL = `select ST_AsMVT(q, 'grid', 4096, 'geom', 'fid') from (
	select ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 64) geom,
		fid, id, name, setting, kind, staff_count, household_band, area, synthetic
	from grid_zone where geom && ST_TileEnvelope($1, $2, $3, margin => 0.015625)) q`

// contest is one tile on the three sides: the database, ours, and ours without
// generalising. Times are seconds, one for each repeat.
type contest struct {
	at               listed
	sql, ours, fine  []float64
	sqlB, oursB      int // bytes
	sqlV, oursV, fnV int // vertices
	sqlF, oursF      int // features
	both             int // features that both have
}

// encoder measures one encoder beside the other, tile by tile in turn.
func (b *bench) encoder() error {
	features, err := b.grids()
	if err != nil {
		return err
	}
	l := flatGrid()
	ours, err := snapshotOf(l, features)
	if err != nil {
		return err
	}
	// A pyramid of one zoom is generalised by half a unit, which is what
	// rounding to units does anyway.
	fine := map[int]*pyramid.Snapshot{}
	for z := firstZoom; z <= lastZoom; z++ {
		one := l
		one.Zoom = layers.ZoomRange{Min: z, Max: z}
		if fine[z], err = snapshotOf(one, features); err != nil {
			return err
		}
	}
	mode, err := b.preparePlan()
	if err != nil {
		return err
	}
	all := make([]contest, len(b.list))
	for i, at := range b.list {
		all[i].at = at
		if err := b.compare(&all[i], ours, fine[int(at.Z)]); err != nil {
			return fmt.Errorf("tile %s: %w", tileName(at), err)
		}
	}
	repeats := b.repeats(7, 3)
	backend, err := measure.ProcessCPU(int(b.db.PgConn().PID()))
	if err != nil {
		return err
	}
	for range repeats {
		for i := range all {
			c := &all[i]
			var body []byte
			began := time.Now()
			if err := b.db.QueryRow(b.ctx, "floor", int32(c.at.Z), int32(c.at.X), int32(c.at.Y)).Scan(&body); err != nil {
				return err
			}
			c.sql = append(c.sql, time.Since(began).Seconds())
			for side, s := range map[*[]float64]*pyramid.Snapshot{&c.ours: ours, &c.fine: fine[int(c.at.Z)]} {
				began = time.Now()
				if _, err := s.Tile(c.at, layers.Query{}, access.System); err != nil {
					return err
				}
				*side = append(*side, time.Since(began).Seconds())
			}
		}
	}
	later, err := measure.ProcessCPU(int(b.db.PgConn().PID()))
	if err != nil {
		return err
	}
	own, err := b.effort(ours)
	if err != nil {
		return err
	}
	own.theirs = (later - backend) / float64(repeats*len(all))
	b.reportEncoder(all, repeats, own, mode)
	return nil
}

func snapshotOf(l layers.Layer, features []layers.Feature) (*pyramid.Snapshot, error) {
	builder := held.NewBuilder(l, nil)
	for _, f := range features {
		if err := builder.Add(f); err != nil {
			return nil, err
		}
	}
	return pyramid.New(builder.Part()), nil
}

// preparePlan prepares the statement and leaves the database with whichever
// kind of plan makes the list faster.
func (b *bench) preparePlan() (mode string, err error) {
	if _, err := b.db.Prepare(b.ctx, "floor", floorSQL); err != nil {
		return "", err
	}
	took := map[string]time.Duration{}
	for _, mode := range []string{"warming", "force_custom_plan", "force_generic_plan"} {
		if mode != "warming" {
			if _, err := b.db.Exec(b.ctx, "set plan_cache_mode = "+mode); err != nil {
				return "", err
			}
		}
		began := time.Now()
		for _, at := range b.list {
			if _, err := b.db.Exec(b.ctx, "floor", pgx.QueryExecModeCacheStatement, int32(at.Z), int32(at.X), int32(at.Y)); err != nil {
				return "", err
			}
		}
		took[mode] = time.Since(began)
	}
	mode = "force_generic_plan"
	if took["force_custom_plan"] < took[mode] {
		mode = "force_custom_plan"
	}
	_, err = b.db.Exec(b.ctx, "set plan_cache_mode = "+mode)
	return mode, err
}

// effort is what one tile of the list takes beside time, on average: ours, and
// the seconds of processor of the database's process.
type effort struct{ allocations, bytes, seconds, theirs float64 }

// effort makes the list again and again, undisturbed by the database.
func (b *bench) effort(s *pyramid.Snapshot) (e effort, err error) {
	const rounds = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := measure.OwnCPU()
	for range rounds {
		for _, at := range b.list {
			if _, err := s.Tile(at, layers.Query{}, access.System); err != nil {
				return e, err
			}
		}
	}
	e.seconds = measure.OwnCPU() - began
	runtime.ReadMemStats(&after)
	n := float64(rounds * len(b.list))
	return effort{allocations: float64(after.Mallocs-before.Mallocs) / n, bytes: float64(after.TotalAlloc-before.TotalAlloc) / n, seconds: e.seconds / n}, nil
}
