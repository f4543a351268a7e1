package postgis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Totals is what a selection adds up to: the count, the sums of Layer.Sums, the
// counts by value of the legend, and for dated layers by month of the city's
// calendar. One statement gives all, so that they belong together.
func (s *Store) Totals(ctx context.Context, l layers.Layer, q layers.Query, scope access.Scope) (layers.Totals, error) {
	from := sourceOf(l)
	var args arguments
	where, err := from.conditions(q, scope, &args)
	if err != nil {
		return layers.Totals{}, err
	}
	code, month := "null::text", "null::text"
	if f, ok := l.Field(l.Legend); ok {
		code = from.raw(f)
	}
	if l.Dated() {
		month = "to_char(" + from.at() + " at time zone coalesce(z.time_zone, " + literal(homeZone) + "), 'YYYY-MM')"
	}
	sums := "array[]::float8[]"
	var list, totals []string
	for i, name := range l.Sums {
		f, ok := l.Field(name)
		if !ok {
			return layers.Totals{}, fmt.Errorf("layer %s sums %s, which is none of its fields", l.ID, name)
		}
		list = append(list, fmt.Sprintf(", (%s)::float8 as s%d", from.value(f), i))
		totals = append(totals, fmt.Sprintf("coalesce(sum(s%d), 0)", i))
	}
	if totals != nil {
		sums = "array[" + strings.Join(totals, ", ") + "]"
	}
	zones := ""
	if l.Dated() {
		zones = " left join area z on z.number = " + cityOf(from.area)
	}
	sql := fmt.Sprintf(`select grouping(code), grouping(month), code, month, count(*), %s
		from (select %s as code, %s as month%s from %s%s where %s) t
		group by grouping sets ((), (code), (month)) order by month`, sums, code, month, strings.Join(list, ""), from.from, zones, where)
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	var t layers.Totals
	err = s.once(ctx, func(c *pgxpool.Conn) error {
		t = layers.Totals{Sums: map[string]float64{}, Codes: map[string]int64{}, Months: nil}
		r, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		var noCode, noMonth int
		var code, month *string
		var n int64
		var sums []float64
		_, err = pgx.ForEachRow(r, []any{&noCode, &noMonth, &code, &month, &n, &sums}, func() error {
			switch {
			case noCode == 1 && noMonth == 1:
				t.Count = n
				for i, name := range l.Sums {
					t.Sums[name] = sums[i]
				}
			case noCode == 0 && code != nil:
				t.Codes[*code] = n
			case noMonth == 0 && month != nil:
				t.Months = append(t.Months, layers.MonthCount{Month: *month, Count: n})
			}
			return nil
		})
		return err
	})
	return t, failure("totals of layer "+l.ID, err)
}

// Span is the window from the first to just after the last dated feature in
// scope; open when there is none.
func (s *Store) Span(ctx context.Context, l layers.Layer, scope access.Scope) (layers.Window, error) {
	var w layers.Window
	from := sourceOf(l)
	var args arguments
	where, err := from.conditions(layers.Query{}, scope, &args)
	if err != nil || !l.Dated() {
		return w, err
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	var first, last *time.Time
	err = s.row(ctx, "select min("+from.at()+"), max("+from.at()+") from "+from.from+" where "+where, args, &first, &last)
	if err == nil && first != nil {
		// Times are kept to the microsecond.
		w = layers.Window{From: first.UTC(), To: last.UTC().Add(time.Microsecond)}
	}
	return w, failure("span of layer "+l.ID, err)
}

// cityOf is the SQL of the number of the city around an area number.
func cityOf(area string) string { return area + " / 100000000000 * 100000000000" }

// zoneOf is the SQL of the time zone of the city around an area number.
func zoneOf(area string) string {
	return `coalesce((select c.time_zone from area c where c.number = ` + cityOf(area) + `), ` + literal(homeZone) + `)`
}
