package api

import (
	"context"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// scanned is what can be counted of a feature of a layer of points.
type scanned struct {
	place orb.Point
	area  int64
	at    int64  // Unix seconds; 0 on layers without dates
	code  string // of the legend field
}

// scan hands over the features of a question one by one, from memory or from the
// store: for what no sum can tell.
func (s *Server) scan(ctx context.Context, r *request, l layers.Layer, q layers.Query, yield func(scanned) error) error {
	defer s.metrics.counted("features", time.Now())
	found, ok, err := s.selected(r, l, q)
	if err != nil {
		return err
	}
	if !ok {
		return s.options.Store.Features(ctx, l, q, r.scope(), func(f layers.Feature) (err error) {
			one := scanned{place: f.Geometry.Bound().Min, area: f.Area}
			one.code, _ = f.Properties[l.Legend].(string)
			if l.Dated() {
				if one.at, err = l.Instant(f); err != nil {
					return err
				}
			}
			return yield(one)
		})
	}
	for part, i := range found.After(0) {
		one := scanned{place: part.Exact(i)[0], area: part.Area[i]}
		if c, ok := part.Column(l.Legend); ok {
			one.code, _ = c.Value(c.Refs[i]).(string)
		}
		if part.At != nil {
			one.at = part.At[i]
		}
		if err := yield(one); err != nil {
			return err
		}
	}
	return nil
}
