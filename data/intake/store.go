package intake

import (
	"context"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Store is what an import needs of the place where features rest.
type Store interface {
	// City tells what an import must know of the city with that code; of kind
	// layers.ErrNotFound when there is none.
	City(ctx context.Context, code string) (layers.CityInfo, error)
	// Cities lists the cities there are, inside the scope.
	Cities(ctx context.Context, scope access.Scope) ([]layers.AreaName, error)
	// Begin opens a batch. Nothing of it is seen by anybody until Apply.
	Begin(ctx context.Context, b layers.Batch) (Batch, error)
}

// Batch is an import under way. It is used by one goroutine, and ends with
// Apply or Discard.
type Batch interface {
	// Put stages accepted features.
	Put(ctx context.Context, staged []layers.Staged) error
	// Reject keeps the problems of rows that are not staged.
	Reject(ctx context.Context, problems []layers.Problem) error
	// Check is the store's own judgement of what is staged: ids that stand
	// twice in the file, places outside the city, an unknown parent. The rows
	// it names are no longer staged, and their problems are kept.
	Check(ctx context.Context) ([]layers.Problem, error)
	// Notes are the faults that Check found and could mend; their rows stay
	// staged.
	Notes() []layers.Problem
	// Apply stores everything that is staged, all at once or not at all, and
	// tells what became of it: Stored, Unchanged, Rejected.
	Apply(ctx context.Context) (layers.Batch, error)
	// Discard stores nothing; a store may keep a record that the import was
	// tried, with its rejects. It may follow a failed Apply.
	Discard(ctx context.Context) error
}
