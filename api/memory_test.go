package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/api"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// remembering lets a server answer from memory.
func remembering(t *testing.T) func(*api.Options) {
	return func(o *api.Options) {
		memory := o.Tiles.(*tiles.Server)
		if err := memory.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.Memory = memory
	}
}

func stopped(o *api.Options) {
	at := time.Date(2016, 10, 1, 0, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return at }
}

// Whether a server answers from memory or from the store, a client gets the same
// bytes under the same head.
func TestMemoryAnswersAsTheStore(t *testing.T) {
	t.Parallel() // the long ones share the processors when the others are done
	memory, store := open(t, stopped, remembering(t)), open(t, stopped)
	readers := []who{{access.Analyst, city}, {access.Analyst, county}, {access.Viewer, sibling}, {access.Leader, ""}}
	var paths []string
	for _, l := range catalog.All {
		items := "/ogc/collections/" + l.ID + "/items"
		for _, query := range []string{"", "?limit=2", "?limit=2&after=3", "?limit=10000", "?bbox=102.1,37.1,102.6,37.8", "?bbox=102.6,37.1,102.6,37.3",
			"?bbox=170,-10,-170,10", "?bbox=102.1,37.1,102.6,37.8&limit=1", "?area=" + county, "?area=99", "?datetime=2016-09-30", "?bbox=1,2,3", "?limit=0", "?nothing=1"} {
			paths = append(paths, items+query)
		}
		if l.Legend != "" {
			f, _ := l.Field(l.Legend)
			paths = append(paths, items+"?"+f.Name+"="+f.List[0].Value, items+"?"+f.Name+"="+f.List[1].Value+","+f.List[0].Value+"&limit=1", items+"?"+f.Name+"=nonsense")
		}
		for _, p := range places {
			if p.each > 0 {
				paths = append(paths, items+"/"+idOf(l, p, 0))
			}
		}
		paths = append(paths, items+"/nothing")
	}
	for n, reader := range readers {
		for _, path := range paths {
			for _, coding := range []string{"identity", "gzip"}[:max(1, 2-n)] {
				mine, theirs := memory.get(reader, path, "Accept-Encoding", coding), store.get(reader, path, "Accept-Encoding", coding)
				same(t, reader.String()+" "+path+" "+coding, memory, mine, store, theirs)
			}
		}
		for _, body := range []string{`{}`, `{"area":"` + county + `"}`, `{"within":{"type":"Polygon","coordinates":[[[102,37],[103,37],[103,38],[102,38],[102,37]]]}}`} {
			for _, l := range catalog.All {
				path := "/api/inside/" + l.ID + "?limit=3"
				same(t, reader.String()+" "+path+" "+body, memory, memory.post(reader, path, body), store, store.post(reader, path, body))
			}
		}
	}
}

func same(t *testing.T, what string, memory *door, mine reply, store *door, theirs reply) {
	t.Helper()
	plain := func(d *door, r reply) string {
		body := r.body
		if r.header.Get("Content-Encoding") == "gzip" {
			body = gunzip(t, body)
		}
		return strings.ReplaceAll(string(body), d.url, "")
	}
	if a, b := plain(memory, mine), plain(store, theirs); mine.status != theirs.status || mine.status < 400 && a != b {
		t.Errorf("%s\nmemory %d %s\nstore  %d %s", what, mine.status, a, theirs.status, b)
	}
	for _, name := range []string{"Content-Type", "Cache-Control", "Vary", "Link"} {
		a := strings.ReplaceAll(strings.Join(mine.header.Values(name), ", "), memory.url, "")
		if b := strings.ReplaceAll(strings.Join(theirs.header.Values(name), ", "), store.url, ""); a != b {
			t.Errorf("%s: %s is %q from memory, %q from the store", what, name, a, b)
		}
	}
}

func gunzip(t *testing.T, body []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// crowded is a store with so many sites that a page of them is streamed.
type crowded struct{ *postgis.Store }

func (c crowded) Features(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope, yield func(layers.Feature) error) error {
	if l.ID != "site" {
		return c.Store.Features(ctx, l, q, s, yield)
	}
	for fid := int32(1); fid <= 12_000; fid++ {
		f := layers.Feature{ID: fmt.Sprintf("thing-%d", fid), FID: fid, Geometry: orb.Point{102 + float64(fid*7919%12_000)/12_000, 37}, Area: 620602001001000, Properties: map[string]any{"name": strings.Repeat("名", 40)}}
		if fid <= q.After {
			continue
		}
		if err := yield(f); err != nil {
			return err
		}
	}
	return nil
}

func (crowded) Count(context.Context, layers.Layer, layers.Query, access.Scope) (int64, error) {
	return 12_000, nil
}

// A page too long to be made in one piece is the same document, in the order of
// numbers.
func TestALongPageFromMemory(t *testing.T) {
	crowd := func(o *api.Options) {
		store := crowded{o.Store.(*postgis.Store)}
		o.Store = store
		var err error
		if o.Tiles, err = tiles.NewServer(store, catalog.All, tiles.Options{CacheBytes: 16 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	memory, store := open(t, stopped, crowd, remembering(t)), open(t, stopped, crowd)
	for _, path := range []string{"?limit=10000", "?limit=10000&after=1000", "?limit=10000&after=3000", "?limit=9000", "?after=12000"} {
		for _, coding := range []string{"identity", "gzip"} {
			path := "/ogc/collections/site/items" + path
			mine, theirs := memory.get(analyst, path, "Accept-Encoding", coding), store.get(analyst, path, "Accept-Encoding", coding)
			same(t, path+" "+coding, memory, mine, store, theirs)
		}
	}
}

// While the database is away, memory goes on.
func TestMemoryNeedsNoStore(t *testing.T) {
	d := open(t, remembering(t), func(o *api.Options) { o.Store = away{o.Store} })
	if got := d.get(analyst, "/ogc/collections/site/items?bbox=102,37,103,38&limit=1"); got.status != 200 || !strings.Contains(string(got.body), `"numberReturned":1`) {
		t.Errorf("a page: %d %s", got.status, got.body)
	}
	if got := d.get(analyst, "/ogc/collections/site/items/"+secret(county)+"-site-620602001001-0"); got.status != 200 {
		t.Errorf("a feature: %d %s", got.status, got.body)
	}
}

// away is a store whose features cannot be read.
type away struct{ api.Store }

func (away) Features(context.Context, layers.Layer, layers.Query, access.Scope, func(layers.Feature) error) error {
	return layers.ErrUnavailable
}

func (away) Count(context.Context, layers.Layer, layers.Query, access.Scope) (int64, error) {
	return 0, layers.ErrUnavailable
}

func (away) Feature(context.Context, layers.Layer, string, access.Scope) (layers.Feature, error) {
	return layers.Feature{}, layers.ErrUnavailable
}
