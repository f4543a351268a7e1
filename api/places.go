package api

import (
	"context"
	"fmt"

	"sitmap/layers"
)

// areaRoots lists the cities the reader's area meets.
func (s *Server) areaRoots(ctx context.Context, r *request) error {
	cities, err := s.options.Store.Cities(ctx, r.scope())
	if err != nil {
		return fmt.Errorf("list the cities: %w", err)
	}
	return r.json(struct {
		Areas []layers.AreaName `json:"areas"`
	}{listed(cities)})
}

// areaNode is one area among its kin.
func (s *Server) areaNode(ctx context.Context, r *request) error {
	node, err := s.options.Store.AreaNode(ctx, r.text("code"), r.scope())
	if err != nil {
		return err
	}
	node.Path, node.Siblings, node.Children = listed(node.Path), listed(node.Siblings), listed(node.Children)
	return r.json(node)
}

func (s *Server) search(ctx context.Context, r *request) error {
	found, err := s.options.Store.Search(ctx, r.text("q"), int(r.number("limit")), r.scope())
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return r.json(struct {
		Results []layers.Found `json:"results"`
	}{listed(found)})
}

// listed makes an empty list of none, which JSON would write as null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
