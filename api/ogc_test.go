package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// page is a page of features as a client reads it.
type page struct {
	NumberMatched, NumberReturned int
	TimeStamp                     string
	Features                      []struct {
		ID         string
		Geometry   geojson.Geometry
		Properties map[string]any
	}
	Links []struct{ Href, Rel, Type string }
}

func (p page) link(rel string) string {
	for _, l := range p.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func (d *door) page(w who, path string) page {
	d.t.Helper()
	got := d.get(w, path)
	var p page
	if err := json.Unmarshal(got.body, &p); err != nil || got.status != 200 {
		d.t.Fatalf("%s: %d %v %.400s", path, got.status, err, got.body)
	}
	return p
}

// Following the next links gives every feature once, in a stable order, with
// the filters of the first request.
func TestNextLinksLeadThroughEverything(t *testing.T) {
	d := open(t)
	for _, l := range catalog.All {
		path := "/ogc/collections/" + l.ID + "/items?limit=2&bbox=90,30,110,45&area=" + city
		var ids []string
		for n := 0; path != ""; n++ {
			if n > 20 {
				t.Fatalf("%s: the next links never end", l.ID)
			}
			p := d.page(chief, path)
			if p.NumberReturned != len(p.Features) {
				t.Errorf("%s: %d features, numberReturned %d", l.ID, len(p.Features), p.NumberReturned)
			}
			for _, f := range p.Features {
				ids = append(ids, f.ID)
			}
			next := p.link("next")
			if next == "" && p.NumberMatched != len(ids) {
				t.Errorf("%s: %d features in all, numberMatched %d", l.ID, len(ids), p.NumberMatched)
			}
			path = strings.TrimPrefix(next, d.url)
			if u, err := url.Parse(next); next != "" && (err != nil || u.Query().Get("area") != city || u.Query().Get("limit") != "2") {
				t.Errorf("%s: the next link forgot a parameter: %s", l.ID, next)
			}
		}
		unique := slices.Compact(slices.Sorted(slices.Values(ids)))
		if len(unique) != len(ids) {
			t.Errorf("%s: %d features, %d of them different", l.ID, len(ids), len(unique))
		}
	}
}

func TestAPageOfFeatures(t *testing.T) {
	d := open(t)
	got := d.get(analyst, "/ogc/collections/site/items?limit=1")
	if got.header.Get("Content-Type") != "application/geo+json" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", got.header)
	}
	links := strings.Join(got.header.Values("Link"), ", ")
	for _, rel := range []string{`rel="self"`, `rel="next"`, `rel="collection"`} {
		if !strings.Contains(links, rel) {
			t.Errorf("the Link header lacks %s: %s", rel, links)
		}
	}
	p := d.page(analyst, "/ogc/collections/site/items?limit=1")
	f := p.Features[0]
	if f.Geometry.Type != "Point" || f.Properties["name"] != secret(county) || p.TimeStamp == "" {
		t.Errorf("the feature is %+v", f)
	}
	one := d.get(analyst, "/ogc/collections/site/items/"+f.ID)
	if one.status != 200 || one.json(t)["id"] != f.ID {
		t.Errorf("by its id: %d %s", one.status, one.body)
	}
	// The final slash is taken on every path of the OGC API.
	for _, path := range []string{"/ogc/", "/ogc/conformance/", "/ogc/collections/", "/ogc/collections/site/", "/ogc/collections/site/items/?limit=1", "/ogc/collections/site/items/" + f.ID + "/"} {
		if got := d.get(analyst, path); got.status != 200 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

// Every link of the landing page and the collections leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	d := open(t)
	follow := func(links []any) {
		for _, l := range links {
			l := l.(map[string]any)
			path, ours := strings.CutPrefix(l["href"].(string), d.url)
			got := d.get(analyst, path)
			if !ours || got.status != 200 {
				t.Errorf("%v leads to %d", l, got.status)
			}
			if media := got.header.Get("Content-Type"); strings.TrimSuffix(media, "; charset=utf-8") != l["type"] {
				t.Errorf("%v is of type %s", l, media)
			}
		}
	}
	follow(d.get(analyst, "/ogc").json(t)["links"].([]any))
	collections := d.get(analyst, "/ogc/collections").json(t)
	follow(collections["links"].([]any))
	for _, c := range collections["collections"].([]any) {
		follow(c.(map[string]any)["links"].([]any))
	}
}

// The extent of a collection is that of the reader's area: the box of all
// features would tell where others lie.
func TestExtentsStayInside(t *testing.T) {
	d := open(t)
	for _, l := range catalog.All {
		got := d.get(analyst, "/ogc/collections/"+l.ID).json(t)
		box := got["extent"].(map[string]any)["spatial"].(map[string]any)["bbox"].([]any)[0].([]any)
		if l.Access != layers.Open && (box[0] != 102.0 || box[2] != 102.5) {
			t.Errorf("%s reaches %v", l.ID, box)
		}
		tileJSON := d.get(analyst, "/tiles/"+l.ID+".json").json(t)["bounds"].([]any)
		if l.Access != layers.Open && (tileJSON[0] != 102.0 || tileJSON[2] != 102.5) {
			t.Errorf("the TileJSON of %s reaches %v", l.ID, tileJSON)
		}
	}
}

// A page too long to be made before its first byte is the same document.
func TestALongPage(t *testing.T) {
	d := open(t, func(o *api.Options) { o.Store = broken{Store: o.Store, after: 10_001, whole: true} })
	got := d.get(analyst, "/ogc/collections/site/items?limit=99999", "Accept-Encoding", "identity")
	var p page
	if err := json.Unmarshal(got.body, &p); err != nil || got.status != 200 || len(got.body) < 1<<20 {
		t.Fatalf("%d, %d bytes: %v", got.status, len(got.body), err)
	}
	if p.NumberReturned != 10_000 || len(p.Features) != 10_000 || !strings.Contains(p.link("next"), "after=10000") {
		t.Errorf("%d of %d features, next %s", p.NumberReturned, len(p.Features), p.link("next"))
	}
	packed := d.get(analyst, "/ogc/collections/site/items?limit=99999") // the client unpacks
	if err := json.Unmarshal(packed.body, &p); err != nil || len(p.Features) != 10_000 {
		t.Errorf("compressed: %d features, %v", len(p.Features), err)
	}
}

// Readers who leave in the middle, or ask for the head alone, give back their
// seat and everything else.
func TestLeavingInTheMiddle(t *testing.T) {
	d := open(t, func(o *api.Options) { o.Store = broken{Store: o.Store, after: 20_000} })
	d.token(analyst)
	for i := range 80 { // more than there are seats
		method := "GET"
		if i%2 == 1 {
			method = "HEAD"
		}
		request, err := http.NewRequestWithContext(t.Context(), method, d.url+"/ogc/collections/site/items?limit=10000", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+d.token(analyst))
		request.Header.Set("Accept-Encoding", "identity")
		answer, err := d.client.Do(request)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("reader %d: %v %v", i, answer, err)
		}
		answer.Body.Close() // after the head, before the rest
	}
	stacks := make([]byte, 4<<20)
	for range 100 {
		n := runtime.Stack(stacks, true)
		if !strings.Contains(string(stacks[:n]), "(*Server).produce") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("somebody still writes to a reader who left")
}

// broken is a store whose features fail after so many of them.
type broken struct {
	api.Store
	after int
	panic bool
	whole bool // it does not fail after all
}

func (b broken) Features(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope, yield func(layers.Feature) error) error {
	for i := range b.after {
		f := layers.Feature{ID: fmt.Sprintf("thing-%d", i), FID: int32(i + 1), Geometry: orb.Point{102, 37},
			Properties: map[string]any{"name": strings.Repeat("n", 80)}}
		if err := yield(f); err != nil {
			return err
		}
	}
	if b.whole {
		return nil
	}
	if b.panic {
		panic("a fault nobody foresaw: secret words")
	}
	return errors.New("the disk is on fire: secret words")
}

func (broken) Count(context.Context, layers.Layer, layers.Query, access.Scope) (int64, error) {
	return 1e6, nil
}

// A page that breaks before its first byte is a problem without internals; one
// that breaks later is cut off, so that it cannot be taken for a whole one. The
// log has the reason, and the server goes on.
func TestABrokenPage(t *testing.T) {
	for name, b := range map[string]broken{
		"at once": {after: 0}, "at once by a panic": {panic: true}, "late": {after: 5000}, "late by a panic": {after: 5000, panic: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, func(o *api.Options) { b.Store = o.Store; o.Store = b })
			request, err := http.NewRequestWithContext(t.Context(), "GET", d.url+"/ogc/collections/site/items?limit=10000", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+d.token(analyst))
			request.Header.Set("Accept-Encoding", "identity") // packed, all of it would fit before the first byte
			answer, err := d.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			var v any
			err = json.NewDecoder(answer.Body).Decode(&v)
			switch {
			case b.after == 0 && (answer.StatusCode != 500 || strings.Contains(fmt.Sprint(v), "secret words")):
				t.Errorf("%d %v", answer.StatusCode, v)
			case b.after > 0 && (answer.StatusCode != 200 || err == nil):
				t.Errorf("%d, and the half page was read as a whole one: %v", answer.StatusCode, err)
			}
			if got := d.get(nobody, "/healthz"); got.status != 200 {
				t.Errorf("afterwards the server is %d", got.status)
			}
			d.logged.Lock()
			defer d.logged.Unlock()
			if !strings.Contains(d.log.String(), "secret words") {
				t.Errorf("the log does not tell why: %s", d.log)
			}
			if regexp.MustCompile(`limit=10000`).MatchString(d.log.String()) {
				t.Error("the log holds the query string")
			}
		})
	}
}
