package api_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"sitmap/api"
	"sitmap/data/demo"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// cityURL is a database with the demo city in it.
func cityURL(t testing.TB) string {
	return pgtest.Database(t, "api demo city "+thisProgram(t), func(ctx context.Context, url string) error {
		store, err := postgis.Open(ctx, url, catalog.All)
		if err != nil {
			return err
		}
		defer store.Close()
		made, err := demo.Generate(1, func(string) {})
		if err != nil {
			return err
		}
		for _, l := range made.Layers {
			staged := make([]layers.Staged, len(l.Features))
			for i, f := range l.Features {
				staged[i] = layers.Staged{Row: i + 1, Feature: f}
			}
			if err := importBatch(ctx, store, layers.Batch{Layer: l.Layer, City: city, File: "demo", Synthetic: true}, staged); err != nil {
				return fmt.Errorf("layer %s: %w", l.Layer, err)
			}
		}
		return nil
	})
}

// everywhere is a reader whose pages are full.
var everywhere = who{access.Analyst, ""}

// BenchmarkItems reads pages of a thousand features of the demo city over four
// connections: from a server that answers from memory, from one that asks the
// store, and, as the floor of every server on PostGIS, the same rows as GeoJSON
// text from the database itself, without a server.
func BenchmarkItems(b *testing.B) {
	url := cityURL(b)
	store, err := postgis.Open(b.Context(), url, catalog.All)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(store.Close)
	pool, err := pgxpool.New(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	memory, err := tiles.NewServer(store, catalog.All, tiles.Options{CacheBytes: 16 << 20})
	if err != nil {
		b.Fatal(err)
	}
	if err := memory.Load(b.Context()); err != nil {
		b.Fatal(err)
	}
	inCity := func(o *api.Options) { o.Store, o.Tiles = store, memory }
	doors := map[string]*door{
		"memory": open(b, inCity, func(o *api.Options) { o.Memory = memory }),
		"store":  open(b, inCity),
	}
	for _, l := range []string{"camera", "grid"} {
		for _, boxed := range []bool{false, true} {
			const side = 0.1 // of a box, degrees
			ask := func(r *rand.Rand) (after int, west, south float64) {
				if boxed {
					return 0, 102.55 + 0.1*r.Float64(), 37.85 + 0.1*r.Float64()
				}
				return r.IntN(27_000), 0, 0
			}
			name := l
			if boxed {
				name += " bbox"
			}
			for _, way := range []string{"memory", "store"} {
				d := doors[way]
				d.token(everywhere)
				b.Run(name+"/"+way, func(b *testing.B) {
					pages(b, func(r *rand.Rand) (int, error) {
						after, west, south := ask(r)
						path := fmt.Sprintf("/ogc/collections/%s/items?limit=1000&after=%d", l, after)
						if boxed {
							path += fmt.Sprintf("&bbox=%g,%g,%g,%g", west, south, west+side, south+side)
						}
						return d.items(path)
					})
				})
			}
			sql := `select concat('{"type":"Feature","id":', to_json(f.id), ',"geometry":', ST_AsGeoJSON(f.geom, 7), ',"properties":', f.props, '}') from feature_` + l + ` f
				where f.valid_to is null and f.fid > $1`
			if boxed {
				sql += ` and f.geom && ST_MakeEnvelope($2, $3, $4, $5, 4326) and ST_Intersects(f.geom, ST_MakeEnvelope($2, $3, $4, $5, 4326))`
			}
			sql += ` order by f.fid limit 1000`
			b.Run(name+"/floor", func(b *testing.B) {
				pages(b, func(r *rand.Rand) (int, error) {
					after, west, south := ask(r)
					args := []any{after}
					if boxed {
						args = append(args, west, south, west+side, south+side)
					}
					return fromDatabase(b.Context(), pool, sql, args)
				})
			})
		}
	}
}

// pages reads pages over four connections until the benchmark has enough.
func pages(b *testing.B, read func(*rand.Rand) (bytes int, err error)) {
	var bytes, seeds atomic.Int64
	b.SetParallelism(2) // times two processors
	b.RunParallel(func(pb *testing.PB) {
		r := rand.New(rand.NewPCG(1, uint64(seeds.Add(1))))
		for pb.Next() {
			n, err := read(r)
			if err != nil {
				b.Error(err)
				return
			}
			bytes.Add(int64(n))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64(bytes.Load())/float64(b.N)/1000, "kB/page")
}

// items reads a page, whose bytes nobody looks at.
func (d *door) items(path string) (int, error) {
	request, err := http.NewRequest("GET", d.url+path, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+d.token(everywhere))
	request.Header.Set("Accept-Encoding", "identity")
	answer, err := d.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return int(n), err
}

func fromDatabase(ctx context.Context, pool *pgxpool.Pool, sql string, args []any) (int, error) {
	rows, err := pool.Query(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n += len(rows.RawValues()[0])
	}
	return n, rows.Err()
}
