package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
)

// Check judges what is staged: ids that come twice, outlines that cannot be
// mended, places outside the city, areas without their parent, cases that end
// before they begin. Such rows are taken out and returned, and are part of the
// batch's rejects from then on; rows that were mended are in Notes. Check may be
// called again after further rows were put.
func (b *Batch) Check(ctx context.Context) ([]layers.Problem, error) {
	if b.tx == nil {
		return nil, errEnded
	}
	if b.checked {
		return nil, nil
	}
	steps := []func(context.Context) error{b.checkTwice, b.checkPlace, b.mend, b.findSpots}
	switch b.from.layer.Storage {
	case layers.InArea:
		steps = append(steps, b.checkTree)
	case layers.InEvent:
		steps = append(steps, b.findAreas, b.checkTimes)
	default:
		steps = append(steps, b.findAreas)
	}
	if _, err := b.tx.Exec(ctx, `analyze staged (n, id); analyze located`, pgx.QueryExecModeSimpleProtocol); err != nil {
		return nil, failure("import", err)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, failure("import of layer "+b.from.layer.ID, err)
		}
	}
	b.checked = true
	found := b.found
	b.rejects, b.found = append(b.rejects, found...), nil
	return found, nil
}

// refuse takes rows out of the staging tables and reports each. sql selects n,
// row and a value; problem makes the report of it.
func (b *Batch) refuse(ctx context.Context, sql string, problem func(row int, value string) layers.Problem, args ...any) error {
	r, err := b.tx.Query(ctx, `with bad as (`+sql+`), gone as (delete from staged where n in (select n from bad)), lost as (delete from located where n in (select n from bad))
		select row, coalesce(value, '') from bad order by n`, args...)
	if err != nil {
		return err
	}
	var row int
	var value string
	_, err = pgx.ForEachRow(r, []any{&row, &value}, func() error {
		p := problem(row, value)
		p.Row = row
		b.found = append(b.found, p)
		return nil
	})
	return err
}

func (b *Batch) checkTwice(ctx context.Context) error {
	return b.refuse(ctx, `select n, row, first::text || ' ' || id as value from (
			select n, row, id, first_value(row) over w as first, row_number() over w as nth from staged window w as (partition by id order by n)) d
		where nth > 1`,
		func(_ int, value string) layers.Problem {
			var first int
			var id string
			fmt.Sscan(value, &first, &id)
			return layers.Problem{Column: "id", Value: id, Fault: fmt.Sprintf("row %d has the same id", first), Cure: "keep one of the two rows, or correct the id"}
		})
}

// checkPlace refuses what a Mercator map cannot show.
func (b *Batch) checkPlace(ctx context.Context) error {
	return b.refuse(ctx, `select n, row, '' as value from staged
		where not (ST_XMin(geom) >= -180 and ST_XMax(geom) <= 180 and ST_YMin(geom) >= -85.06 and ST_YMax(geom) <= 85.06)`,
		func(int, string) layers.Problem {
			return layers.Problem{Column: "geometry", Fault: "lies beyond the map, which ends at 85.06° north and south", Cure: "check the order of longitude and latitude"}
		})
}

// mend repairs outlines that cross themselves, keeping what has an area.
func (b *Batch) mend(ctx context.Context) error {
	if b.from.layer.Geometry == layers.Points || b.from.layer.Geometry == layers.Lines {
		return nil
	}
	r, err := b.tx.Query(ctx, `with bad as (select n, row, ST_IsValidReason(geom) as reason from staged where ST_Dimension(geom) = 2 and not ST_IsValid(geom)),
		mended as (update staged s set geom = ST_CollectionExtract(ST_MakeValid(s.geom), 3) from bad where s.n = bad.n returning s.n, s.geom)
		select bad.row, bad.reason, ST_IsEmpty(mended.geom) from bad join mended using (n) order by n`)
	if err != nil {
		return err
	}
	var row int
	var reason string
	var empty bool
	_, err = pgx.ForEachRow(r, []any{&row, &reason, &empty}, func() error {
		if !empty {
			b.notes = append(b.notes, layers.Problem{Row: row, Column: "geometry",
				Fault: "the outline is invalid (" + reason + ") and was repaired; the row is stored", Cure: "look at it on the map"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.refuse(ctx, `select n, row, '' as value from staged where ST_IsEmpty(geom)`,
		func(int, string) layers.Problem {
			return layers.Problem{Column: "geometry", Fault: "encloses no area", Cure: "draw the outline anew"}
		})
}

// findSpots gives lines and outlines the point they are taken to lie at.
func (b *Batch) findSpots(ctx context.Context) error {
	if b.from.layer.Geometry == layers.Points {
		return nil
	}
	_, err := b.tx.Exec(ctx, `update located l set spot = ST_PointOnSurface(s.geom) from staged s where s.n = l.n and l.spot is null and s.geom is not null`)
	return err
}

// checkTimes refuses cases without a date, or one of another age, and those that
// end before they begin.
func (b *Batch) checkTimes(ctx context.Context) error {
	at := b.from.layer.TimeField
	err := b.refuse(ctx, `select n, row, '' as value from staged where props->>$1 is null`,
		func(int, string) layers.Problem {
			return layers.Problem{Column: at, Fault: "is missing", Cure: "fill it in"}
		}, at)
	if err == nil {
		err = b.refuse(ctx, fmt.Sprintf(`select n, row, props->>$1 as value from staged where extract(year from (props->>$1)::timestamptz) not between %d and %d`, firstYear, lastYear),
			func(_ int, value string) layers.Problem {
				return layers.Problem{Column: at, Value: value, Fault: "the year cannot be right", Cure: "check the year"}
			}, at)
	}
	for _, end := range []string{"resolved_at", "closed_at"} {
		if err != nil {
			return err
		}
		err = b.refuse(ctx, `select n, row, props->>$2 as value from staged where (props->>$2)::timestamptz < (props->>$1)::timestamptz`,
			func(_ int, value string) layers.Problem {
				return layers.Problem{Column: end, Value: value, Fault: "lies before " + at, Cure: "correct one of the two times"}
			}, at, end)
	}
	return err
}
