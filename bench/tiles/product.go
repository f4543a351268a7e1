package main

import (
	"fmt"
	"time"

	"github.com/paulmach/orb/maptile"

	"sitmap/bench/measure"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// addEvents copies the demo's disputes to other places and times until there
// are so many. The triggers are off: they note what changed for a server that
// follows, and there is none.
const addEvents = `
with cases as (
	select row_number() over (order by fid) - 1 as k, max(fid) over () as top, e.* from event e where layer = 'dispute'),
copies as (
	select n, 'bench-' || n as id, c.top + n as fid, c.category, c.status, c.props, c.area, c.cell, c.synthetic, c.batch,
		least(greatest(c.at + (hashint8(n) % 15552000) * interval '1 second', date_trunc('year', c.at) + interval '1 day'), date_trunc('year', c.at) + interval '364 days') as at,
		ST_SetSRID(ST_MakePoint(
			ST_X(c.geom) + 0.012 * sqrt(-2 * ln(u.u1)) * cos(2 * pi() * u.u2),
			ST_Y(c.geom) + 0.009 * sqrt(-2 * ln(u.u1)) * sin(2 * pi() * u.u2)), 4326) as geom
	from generate_series(1, $1 - (select count(*) from event where layer = 'dispute')) n
	join cases c on c.k = n % (select count(*) from cases)
	cross join lateral (select ((hashint8(n * 2) & 2147483647) + 1) / 2147483649.0::float8 as u1, (hashint8(n * 2 + 1) & 2147483647) / 2147483648.0::float8 as u2) u),
stored as (
	insert into event (layer, id, fid, at, category, status, geom, props, area, cell, synthetic, batch)
	select 'dispute', id, fid, at, category, status, geom, props, area, cell, synthetic, batch from copies
	returning id, fid, at)
insert into event_key (layer, id, fid, at) select 'dispute', id, fid, at from stored`

// product makes cold tiles of the overview zooms as the map styles them.
func (b *bench) product() error {
	events := b.repeats(1_000_000, 100_000)
	if err := b.fillEvents(events); err != nil {
		return err
	}
	// So small a cache keeps nothing: every tile is made anew.
	server, err := tiles.NewServer(b.opened.Store, catalog.All, tiles.Options{CacheBytes: 1})
	if err != nil {
		return err
	}
	began := time.Now()
	if err := server.Load(b.ctx); err != nil {
		return err
	}
	b.say("read every layer in %s", time.Since(began).Round(10*time.Millisecond))
	states, err := b.opened.Store.States(b.ctx)
	if err != nil {
		return err
	}
	notes := []string{fmt.Sprintf("%d grids, %d cameras, %d disputes; the dated copies follow a fixed hash, so that the same city comes out each time. Every layer read into memory in %.1f s.",
		states["grid"].Count, states["camera"].Count, states["dispute"].Count, time.Since(began).Seconds())}
	for _, l := range catalog.All {
		if !server.InMemory(l.ID) {
			notes = append(notes, l.ID+" is too large to be held: the database makes its tiles.")
		}
	}
	some := layers.Catalog{}
	for _, id := range []string{"grid", "camera", "dispute"} {
		l, err := catalog.All.Layer(id)
		if err != nil {
			return err
		}
		some = append(some, l)
	}
	// The bounds of the areas are those of the city.
	cover := covering(states["area"].Bounds, firstZoom, 10)
	var rows [][]string
	for _, one := range []struct {
		name   string
		layers layers.Catalog
	}{{"all layers", catalog.All}, {"grid, camera, dispute", some}} {
		found, err := b.cold(server, one.layers, cover)
		if err != nil {
			return err
		}
		slow, large := found[0], found[0]
		for _, t := range found {
			if measure.Median(t.seconds) > measure.Median(slow.seconds) {
				slow = t
			}
			if t.coded > large.coded {
				large = t
			}
		}
		b.report.Judge("Cold tile z7–z10, "+one.name+": the slowest", "≤ 20 ms", fmt.Sprintf("%.1f ms (%s)", 1000*measure.Median(slow.seconds), tileName(slow.at)),
			measure.Spread(scaled(slow.seconds, 1000), "%.1f"), measure.AtMost(1000*measure.Median(slow.seconds), 20))
		b.report.Judge("Cold tile z7–z10, "+one.name+": the largest, gzip", "≤ 500 kB", fmt.Sprintf("%.0f kB (%s, %.0f kB raw)", float64(large.coded)/1000, tileName(large.at), float64(large.raw)/1000), "", measure.AtMost(float64(large.coded), 500_000))
		for z := maptile.Zoom(firstZoom); z <= 10; z++ {
			var times, coded []float64
			for _, t := range found {
				if t.at.Z == z {
					times, coded = append(times, 1000*measure.Median(t.seconds)), append(coded, float64(t.coded)/1000)
				}
			}
			rows = append(rows, []string{one.name, fmt.Sprintf("z%d", z), fmt.Sprint(len(times)), fmt.Sprintf("%.2f", measure.Mean(times)), fmt.Sprintf("%.2f", measure.Quantile(times, 1)), fmt.Sprintf("%.0f", measure.Mean(coded)), fmt.Sprintf("%.0f", measure.Quantile(coded, 1))})
		}
	}
	b.report.Add(measure.Detail{Title: "Cold tiles as the map styles them", Head: []string{"layers", "zoom", "tiles", "mean ms", "max ms", "mean kB gzip", "max kB gzip"}, Rows: rows,
		Notes: append(notes, fmt.Sprintf("One request at a time, nothing cached, layers of a tile side by side; entity tags included, compression not. Medians of %d.", b.repeats(7, 3)))})
	return nil
}

func (b *bench) fillEvents(total int) error {
	b.say("%d events", total)
	began := time.Now()
	tx, err := b.db.Begin(b.ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(b.ctx)
	if _, err := tx.Exec(b.ctx, "alter table event disable trigger note_inserted"); err != nil {
		return fmt.Errorf("fill events: %w", err)
	}
	if _, err := tx.Exec(b.ctx, addEvents, total); err != nil {
		return fmt.Errorf("fill events: %w", err)
	}
	// What the triggers would have done.
	for _, sql := range []string{
		"alter table event enable trigger note_inserted",
		"select recount('dispute')",
		"update layer_version set version = version + 1, changed_at = now() where layer = 'dispute'",
	} {
		if _, err := tx.Exec(b.ctx, sql); err != nil {
			return fmt.Errorf("fill events: %s: %w", sql, err)
		}
	}
	if err := tx.Commit(b.ctx); err != nil {
		return err
	}
	if _, err := b.db.Exec(b.ctx, "vacuum analyze event"); err != nil {
		return err
	}
	b.say("filled in %s", time.Since(began).Round(100*time.Millisecond))
	return nil
}

// coldTile is what one tile costs. Times are seconds.
type coldTile struct {
	at         maptile.Tile
	seconds    []float64
	raw, coded int
	made       *tiles.Tile // the last time
}

// cold makes each tile again and again, in rounds over all of them. Tiles in
// which nothing lies are left out.
func (b *bench) cold(server *tiles.Server, ls layers.Catalog, cover []maptile.Tile) (found []coldTile, err error) {
	for _, at := range cover {
		t, err := server.Tile(b.ctx, ls, at, layers.Query{}, access.System)
		if err != nil {
			return nil, err
		}
		if len(t.Body) == 0 {
			continue
		}
		coded, _, _ := t.As(tiles.Gzip)
		found = append(found, coldTile{at: at, made: t, raw: len(t.Body), coded: len(coded)})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("every tile is empty")
	}
	for range b.repeats(7, 3) {
		for i := range found {
			if err := forgotten(server); err != nil {
				return nil, err
			}
			began := time.Now()
			t, err := server.Tile(b.ctx, ls, found[i].at, layers.Query{}, access.System)
			if err != nil {
				return nil, err
			}
			found[i].seconds = append(found[i].seconds, time.Since(began).Seconds())
			if t == found[i].made {
				return nil, fmt.Errorf("tile %s was kept, so this is not cold", tileName(found[i].at))
			}
			found[i].made = t
		}
	}
	return found, nil
}

// forgotten waits until the server keeps no tile, which it sees to beside the
// requests.
func forgotten(server *tiles.Server) error {
	for range 1000 {
		if server.CachedBytes() == 0 {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("the server keeps %d bytes of tiles, wanted none", server.CachedBytes())
}
