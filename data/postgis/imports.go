package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
)

// Imports lists the newest imports, applied or not, newest first.
func (s *Store) Imports(ctx context.Context, limit int) ([]layers.Batch, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (b layers.Batch, err error) {
		err = row.Scan(&b.ID, &b.Layer, &b.City, &b.File, &b.SHA256, &b.CRS, &b.By, &b.At, &b.Rows, &b.Stored, &b.Unchanged, &b.Rejected, &b.Applied, &b.LeftOut, &b.Synthetic)
		b.At = b.At.UTC()
		return b, err
	}, `select id, layer, city, file, sha256, crs, by, at, rows, stored, unchanged, rejected, applied, left_out, synthetic
		from import_batch order by id desc limit $1`, max(0, limit))
	return all, failure("imports", err)
}

// Rejects lists what was refused of an import, and what was mended, in the order
// of the rows; ErrNotFound for an import that does not exist.
func (s *Store) Rejects(ctx context.Context, batch int64, limit int) ([]layers.Reject, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var there bool
	if err := s.row(ctx, `select exists (select from import_batch where id = $1)`, []any{batch}, &there); err != nil {
		return nil, failure("imports", err)
	}
	if !there {
		return nil, fmt.Errorf("import %d: %w", batch, layers.ErrNotFound)
	}
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (p layers.Reject, err error) {
		err = row.Scan(&p.Row, &p.Column, &p.Fault, &p.Cure, &p.Value)
		return p, err
	}, `select row, field, fault, cure, value from reject where batch = $1 order by row, number limit $2`, batch, max(0, limit))
	return all, failure("rejects", err)
}
