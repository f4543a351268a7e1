package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

// rememberFacts is how long facts are kept. Their keys hold the versions of
// the layers, so a change is seen at once all the same.
const rememberFacts = 10 * time.Minute

// facts are what many requests ask of the store alike: which cities a reader
// has, how many features, from when to when.
type facts struct {
	store   Store
	catalog layers.Catalog
	places  *memo[place]
	counts  *memo[int64]
	spans   *memo[layers.Window]
	areas   *memo[[]layers.AreaName]
	named   *memo[layers.AreaName]
}

func newFacts(store Store, catalog layers.Catalog, now func() time.Time) *facts {
	return &facts{
		store: store, catalog: catalog,
		places: newMemo[place](now, rememberFacts),
		counts: newMemo[int64](now, rememberFacts),
		spans:  newMemo[layers.Window](now, rememberFacts),
		areas:  newMemo[[]layers.AreaName](now, rememberFacts),
		named:  newMemo[layers.AreaName](now, rememberFacts),
	}
}

// place is where a reader is at home.
type place struct {
	home   layers.CityInfo   // the one city, or the one with most features
	cities []layers.CityInfo // all that the reader's area meets
}

// zone is the time zone in which the reader's days are cut.
func (p place) zone() *time.Location {
	if p.home.Zone == nil {
		return time.UTC
	}
	return p.home.Zone
}

// books are the code lists that the reader's cities brought for the layer.
func (p place) books(layer string) []layers.Codebook {
	var books []layers.Codebook
	for _, city := range p.cities {
		if book := city.Codes[layer]; book != nil {
			books = append(books, book)
		}
	}
	return books
}

// place finds the cities of a scope.
func (f *facts) place(ctx context.Context, states map[string]layers.LayerState, s access.Scope) (place, error) {
	return f.places.get(s.Key()+" "+versionsOf(states), func() (place, error) {
		names, err := f.store.Cities(ctx, s)
		if err != nil {
			return place{}, fmt.Errorf("list the cities: %w", err)
		}
		var p place
		var most int64 = -1
		for _, name := range names {
			city, err := f.store.City(ctx, name.Code)
			if err != nil {
				return place{}, fmt.Errorf("city %s: %w", name.Code, err)
			}
			p.cities = append(p.cities, city)
			size, err := f.size(ctx, city, len(names), s)
			if err != nil {
				return place{}, err
			}
			if size > most {
				p.home, most = city, size
			}
		}
		return p, nil
	})
}

// size is how many features the reader sees in a city; it is not asked where
// there is nothing to choose.
func (f *facts) size(ctx context.Context, city layers.CityInfo, cities int, s access.Scope) (int64, error) {
	if cities == 1 {
		return 0, nil
	}
	var size int64
	for _, l := range f.catalog {
		if s.MayRead(l) != nil {
			continue
		}
		n, err := f.store.Count(ctx, l, layers.Query{Area: &city.Area.Range}, s)
		if err != nil {
			return 0, fmt.Errorf("count layer %s: %w", l.ID, err)
		}
		size += n
	}
	return size, nil
}

// area is the area of that code, from the store unless it is remembered.
func (f *facts) area(code string, states map[string]layers.LayerState, find func(code string) (layers.AreaName, error)) (layers.AreaName, error) {
	return f.named.get(code+" "+versionsOf(states), func() (layers.AreaName, error) { return find(code) })
}

// count is the features of the layer that lie inside the reader's area.
func (f *facts) count(ctx context.Context, l layers.Layer, state layers.LayerState, s access.Scope) (int64, error) {
	return f.counts.get(keyOf(l, state, s), func() (int64, error) {
		var q layers.Query
		if s.Area != layers.Everywhere {
			// Open layers show the whole country; the count is of the reader's own area.
			q.Area = &s.Area
		}
		n, err := f.store.Count(ctx, l, q, s)
		if err != nil {
			return 0, fmt.Errorf("count layer %s: %w", l.ID, err)
		}
		return n, nil
	})
}

// span is from the first to just after the last dated feature in scope.
func (f *facts) span(ctx context.Context, l layers.Layer, state layers.LayerState, s access.Scope) (layers.Window, error) {
	return f.spans.get(keyOf(l, state, s), func() (layers.Window, error) {
		w, err := f.store.Span(ctx, l, s)
		if err != nil {
			return layers.Window{}, fmt.Errorf("span of layer %s: %w", l.ID, err)
		}
		return w, nil
	})
}

func keyOf(l layers.Layer, state layers.LayerState, s access.Scope) string {
	return fmt.Sprintf("%s %d %s", l.ID, state.Version, s.Key())
}

// versionsOf names the state of all layers together.
func versionsOf(states map[string]layers.LayerState) string {
	all := make([]layers.LayerState, 0, len(states))
	for _, state := range states {
		all = append(all, state)
	}
	slices.SortFunc(all, func(a, b layers.LayerState) int { return cmp.Compare(a.Layer, b.Layer) })
	var b strings.Builder
	for _, state := range all {
		fmt.Fprintf(&b, "%s=%d ", state.Layer, state.Version)
	}
	return b.String()
}
