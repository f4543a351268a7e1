package tiles

import (
	"fmt"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/pyramid"
)

// Select finds, without the store, the features of the layer that a question
// means and the scope sees, as they are at this moment. ok is false where only
// the store can answer: the layer is not in memory, or the question holds a
// drawing. After and Limit of the question are left to the caller. The errors
// are those of the store.
func (s *Server) Select(l layers.Layer, q layers.Query, scope access.Scope) (found *pyramid.Selection, ok bool, err error) {
	now, ok := s.inMemory(l)
	if !ok || q.Within != nil {
		return nil, false, nil
	}
	found, err = now.Select(q, scope)
	return found, err == nil, err
}

// Feature is the feature of that business code, without the store; ok is false
// where only the store can answer. One that is outside the scope does not
// exist: layers.ErrNotFound.
func (s *Server) Feature(l layers.Layer, id string, scope access.Scope) (f layers.Feature, ok bool, err error) {
	now, ok := s.inMemory(l)
	if !ok {
		return f, false, nil
	}
	part, i, found, err := now.Find(id, scope)
	if err != nil {
		return f, false, err
	}
	if !found {
		return f, false, fmt.Errorf("%s %q: %w", l.ID, id, layers.ErrNotFound)
	}
	return part.Feature(i), true, nil
}

func (s *Server) inMemory(l layers.Layer) (*pyramid.Snapshot, bool) {
	kept, ok := s.layers[l.ID]
	if !ok {
		return nil, false
	}
	held := kept.now.Load().held
	return held, held != nil
}
