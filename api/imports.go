package api

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sitmap/layers"
)

// mostImports is how far back a reader of one city looks.
const mostImports = 2000

// imports lists the newest imports.
func (s *Server) imports(ctx context.Context, r *request) error {
	batches, err := s.overseen(ctx, r, int(r.number("limit")))
	if err != nil {
		return err
	}
	return r.json(struct {
		Imports []layers.Batch `json:"imports"`
	}{listed(batches)})
}

// importRejects lists the rejected rows of one import.
func (s *Server) importRejects(ctx context.Context, r *request) error {
	id := r.number("id")
	if r.user.Range != layers.Everywhere {
		batches, err := s.overseen(ctx, r, mostImports)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(batches, func(b layers.Batch) bool { return b.ID == id }) {
			return fmt.Errorf("import %d: %w", id, layers.ErrNotFound)
		}
	}
	rejects, err := s.options.Store.Rejects(ctx, id, int(r.number("limit")))
	if err != nil {
		return fmt.Errorf("import %d: %w", id, err)
	}
	return r.json(struct {
		Rejects []layers.Reject `json:"rejects"`
	}{listed(rejects)})
}

// overseen are the newest imports the reader may know of. A rejected row
// shows what stood in a file of the whole city, so whoever answers for less
// than that city sees none of its imports.
func (s *Server) overseen(ctx context.Context, r *request, limit int) ([]layers.Batch, error) {
	if r.user.Range == layers.Everywhere {
		batches, err := s.options.Store.Imports(ctx, limit)
		if err != nil {
			return nil, fmt.Errorf("list the imports: %w", err)
		}
		return batches, nil
	}
	all, err := s.options.Store.Imports(ctx, mostImports)
	if err != nil {
		return nil, fmt.Errorf("list the imports: %w", err)
	}
	mine := map[string]bool{} // by code of the city
	var batches []layers.Batch
	for _, batch := range all {
		inside, known := mine[batch.City]
		if !known {
			if inside, err = s.answersFor(ctx, r, batch.City); err != nil {
				return nil, err
			}
			mine[batch.City] = inside
		}
		if inside && len(batches) < limit {
			batches = append(batches, batch)
		}
	}
	return batches, nil
}

// answersFor reports whether the whole city lies in the user's area.
func (s *Server) answersFor(ctx context.Context, r *request, city string) (bool, error) {
	if city == "" {
		return false, nil // a tree of areas belongs to no city
	}
	area, err := s.options.Store.Area(ctx, city)
	if errors.Is(err, layers.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("city %s: %w", city, err)
	}
	return r.user.Range.Contains(area.Range.Low) && r.user.Range.Contains(area.Range.High), nil
}
