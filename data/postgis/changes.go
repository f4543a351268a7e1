package postgis

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"

	"sitmap/layers"
)

// Changes is all that happened to a layer after its version since, as one
// change: the features in the order of their numbers, each once, and every box
// that one of them left or entered. Its version is the layer's newest. It is
// Whole where the changes cannot be named any more: one of them was too large, or
// since lies before what is kept (the last 10,000 rows of a layer) or beyond the
// newest version. Error: ErrNotFound for a layer that does not exist.
func (s *Store) Changes(ctx context.Context, layer string, since int64) (layers.Change, error) {
	c := layers.Change{Layer: layer}
	if _, err := s.catalog.Layer(layer); err != nil {
		return c, err
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	// One statement, so that the version and the rows are of one moment.
	steps, err := rows(ctx, s, scanStep, `select v.version, c.version, coalesce(c.whole, false), r.fid, r.before, r.after
		from layer_version v left join change c on c.layer = v.layer and c.version > $2 left join changed_row r on r.change = c.number
		where v.layer = $1`, layer, since)
	if err != nil {
		return c, failure("changes of layer "+layer, err)
	}
	versions, fids, boxes := map[int64]bool{}, map[int32]bool{}, map[orb.Bound]bool{}
	for _, step := range steps {
		c.Version = step.newest
		c.Whole = c.Whole || step.whole
		if step.version != nil {
			versions[*step.version] = true
		}
		if step.fid != nil {
			fids[*step.fid] = true
		}
		for _, box := range []pgtype.Box{step.before, step.after} {
			if box.Valid {
				boxes[orb.Bound{Min: orb.Point{box.P[1].X, box.P[1].Y}, Max: orb.Point{box.P[0].X, box.P[0].Y}}] = true
			}
		}
	}
	// Versions follow on one another without a gap; one that is not there was
	// forgotten, or never written down.
	if int64(len(versions)) != c.Version-since {
		c.Whole = true
	}
	if c.Whole {
		return c, nil
	}
	for fid := range fids {
		c.FIDs = append(c.FIDs, fid)
	}
	slices.Sort(c.FIDs)
	for box := range boxes {
		c.Boxes = append(c.Boxes, box)
	}
	slices.SortFunc(c.Boxes, func(a, b orb.Bound) int {
		return slices.Compare([]float64{a.Min[0], a.Min[1], a.Max[0], a.Max[1]}, []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]})
	})
	return c, nil
}

// changeStep is a feature of a change, or a change without any.
type changeStep struct {
	newest        int64 // version of the layer
	version       *int64
	whole         bool
	fid           *int32
	before, after pgtype.Box
}

func scanStep(row pgx.CollectableRow) (step changeStep, err error) {
	err = row.Scan(&step.newest, &step.version, &step.whole, &step.fid, &step.before, &step.after)
	return step, err
}
