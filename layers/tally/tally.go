// Package tally counts the features of layers of points by cell and by area. It
// keeps one cube a layer in memory and follows the changes of the store, so that
// a count costs a look at sums and no statement. It knows no HTTP and no SQL.
package tally

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/release"
)

// Source is where the layers rest.
type Source interface {
	// States is the state of every layer, by id.
	States(ctx context.Context) (map[string]layers.LayerState, error)
	// Features hands each feature of the query to yield, in the order of FID, and
	// stops at yield's first error.
	Features(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope, yield func(layers.Feature) error) error
	// Changes is what was committed to the layer after that version, as one.
	Changes(ctx context.Context, layer string, since int64) (layers.Change, error)
}

// Options say what a server may use.
type Options struct {
	// Zone is where days are cut; nil for UTC. Counts are exact in any window,
	// but quickest in windows of the zone's whole days.
	Zone *time.Location
	// MergeAfter is how many changes gather before they are worked into the sums;
	// 0 means 20,000.
	MergeAfter int
	// Shelf keeps the counts between runs; nil for nowhere.
	Shelf Shelf
	// Registry keeps what is published of protected layers; nil for nothing.
	Registry Registry
	// Rule says what is too few to be published; the zero value is the usual rule.
	Rule release.Rule
	// Log hears of what goes wrong behind the requests; nil for nobody.
	Log *slog.Logger
}

// Server counts. It may be asked from any number of goroutines while it follows
// the store.
type Server struct {
	source  Source
	options Options
	layers  map[string]*layer
	areas   layers.Layer // the layer of administrative areas
	grounds grounds
	epoch   atomic.Uint64
	// told hears the id of a layer of which something new is published.
	told atomic.Pointer[func(layer string)]
}

// NewServer makes a server for the layers of points of the catalogue. Until Load
// or Run has read them, it counts nothing.
func NewServer(source Source, catalog layers.Catalog, o Options) *Server {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.MergeAfter == 0 {
		o.MergeAfter = 20_000
	}
	if o.Rule == (release.Rule{}) {
		o.Rule.Threshold = release.DefaultThreshold
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{source: source, options: o, layers: map[string]*layer{}}
	for _, l := range catalog {
		if l.Geometry == layers.Points {
			s.layers[l.ID] = newLayer(l)
		}
		if l.Storage == layers.InArea {
			s.areas = l
		}
	}
	return s
}

// WhenPublished calls told, which must not take long, with the id of a layer
// whenever something new is published of it.
func (s *Server) WhenPublished(told func(layer string)) { s.told.Store(&told) }

func (s *Server) tell(layer string) {
	if told := s.told.Load(); told != nil {
		(*told)(layer)
	}
}

// Epoch grows whenever any count may have changed.
func (s *Server) Epoch() uint64 { return s.epoch.Load() }

// Now is the layer at this moment; nil where it is not counted, because it has
// no points, was not read yet, or holds what no cube holds.
func (s *Server) Now(layer string) *Moment {
	l, ok := s.layers[layer]
	if !ok {
		return nil
	}
	if now := l.now.Load(); now.view != nil && now.uncounted == 0 {
		return now
	}
	return nil
}

// Size is what the counts of all layers take: bytes of memory, and changes that
// are not yet worked into the sums.
func (s *Server) Size() (bytes, changes int) {
	for _, l := range s.layers {
		if now := l.now.Load(); now.view != nil {
			columns, sums := now.view.Base().Bytes()
			bytes += columns + sums
			changes += now.view.Tail()
		}
	}
	return bytes, changes
}
