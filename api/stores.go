package api

import (
	"context"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Store is what the API asks of the place where facts rest. Every read takes
// the reader's scope; a layer the scope may not read is an error of kind
// layers.ErrDenied, a thing outside the scope does not exist
// (layers.ErrNotFound), and a database that does not answer is
// layers.ErrUnavailable.
type Store interface {
	// Features hands each feature of the query to yield, in the order of
	// FID, and stops at yield's first error.
	Features(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope, yield func(layers.Feature) error) error
	// Count is how many features the query matches, ignoring After and Limit.
	Count(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope) (int64, error)
	Feature(ctx context.Context, l layers.Layer, id string, s access.Scope) (layers.Feature, error)
	Totals(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope) (layers.Totals, error)
	// Span is the window from the first to just after the last dated feature
	// in scope; open when there is none.
	Span(ctx context.Context, l layers.Layer, s access.Scope) (layers.Window, error)
	// States is the state of every layer, by id.
	States(ctx context.Context) (map[string]layers.LayerState, error)

	// Cities lists the cities that meet the scope; City is what is known of one.
	Cities(ctx context.Context, s access.Scope) ([]layers.AreaName, error)
	City(ctx context.Context, code string) (layers.CityInfo, error)
	Area(ctx context.Context, code string) (layers.AreaName, error)
	// AreaNode lists the grids below a village only as far as the scope goes.
	AreaNode(ctx context.Context, code string, s access.Scope) (layers.AreaNode, error)
	Search(ctx context.Context, text string, limit int, s access.Scope) ([]layers.Found, error)

	Imports(ctx context.Context, limit int) ([]layers.Batch, error)
	Rejects(ctx context.Context, batch int64, limit int) ([]layers.Reject, error)
	// Ready is nil when the store answers; otherwise an error of kind
	// layers.ErrUnavailable that says what is wrong.
	Ready(ctx context.Context) error
}
