package tally_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/geo/cube"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/tally"
)

// The town is a square of 0.2 degrees, its western half one county and its eastern
// half another, each of two townships of two villages from south to north. Cases lie
// all over it, most of them within a kilometre of the border of the counties.

var shanghai = must(time.LoadLocation("Asia/Shanghai"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func square(w, s, e, n float64) orb.Geometry {
	return orb.MultiPolygon{{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}}
}

func areas() []layers.Staged {
	var staged []layers.Staged
	add := func(code, parent string, level layers.Level, w, s, e, n float64) {
		props := map[string]any{"code": code, "name": "地" + code, "level": string(level)}
		if parent != "" {
			props["parent"] = parent
		} else {
			props["time_zone"] = "Asia/Shanghai"
		}
		staged = append(staged, layers.Staged{Row: len(staged) + 1, Feature: layers.Feature{ID: code, Geometry: square(w, s, e, n), Properties: props, Synthetic: true}})
	}
	add("6206", "", layers.City, 102.5, 37.9, 102.7, 38.1)
	for c, county := range []string{"620602", "620622"} {
		w := 102.5 + 0.1*float64(c)
		add(county, "6206", layers.County, w, 37.9, w+0.1, 38.1)
		for t := range 2 {
			township, s := fmt.Sprintf("%s%03d", county, t+1), 37.9+0.1*float64(t)
			add(township, county, layers.Township, w, s, w+0.1, s+0.1)
			for v := range 2 {
				s := s + 0.05*float64(v)
				add(fmt.Sprintf("%s%03d", township, v+1), township, layers.Village, w, s, w+0.1, s+0.05)
			}
		}
	}
	return staged
}

const cases = 1500

func disputes() []layers.Staged {
	random := rand.New(rand.NewPCG(7, 1))
	legend, _ := catalog.Dispute.Field("category")
	var staged []layers.Staged
	for i := range cases {
		at := orb.Point{102.6 + 0.01*random.NormFloat64(), 37.9 + 0.2*random.Float64()}
		if i%4 == 0 {
			at[0] = 102.5 + 0.2*random.Float64()
		}
		found := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(2*365*86400)) * time.Second)
		staged = append(staged, layers.Staged{Row: i + 1, Feature: layers.Feature{
			ID: fmt.Sprintf("D%04d", i), Geometry: at, Synthetic: true,
			Properties: map[string]any{"category": legend.List[random.IntN(len(legend.List))].Value, "status": "discovered", "found_at": found.Format(time.RFC3339)},
		}})
	}
	return staged
}

func town(t testing.TB) (*postgis.Store, *pgx.Conn) {
	t.Helper()
	url := pgtest.Database(t, "tally tests 2, "+postgis.SchemaVersion(), func(ctx context.Context, url string) error {
		s, err := postgis.Open(ctx, url, catalog.All)
		if err != nil {
			return err
		}
		defer s.Close()
		for _, one := range []struct {
			layer string
			rows  []layers.Staged
		}{{"area", areas()}, {"dispute", disputes()}} {
			b, err := s.Begin(ctx, layers.Batch{Layer: one.layer, City: map[string]string{"dispute": "6206"}[one.layer], File: one.layer})
			if err != nil {
				return err
			}
			if err := b.Put(ctx, one.rows); err != nil {
				return err
			}
			if rejects, err := b.Check(ctx); err != nil || len(rejects) > 0 {
				return fmt.Errorf("%v %w", rejects, err)
			}
			if _, err := b.Apply(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	s, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return s, conn
}

func analyst(code string) access.Scope {
	return access.User{Role: access.Analyst, Range: must(layers.RangeOfCode(code))}.Scope()
}

// asked is a random question with the scope of a random analyst.
func asked(random *rand.Rand) (q layers.Query, scope access.Scope, resolution int) {
	legend, _ := catalog.Dispute.Field("category")
	codes := []string{"6206", "620602", "620622", "620602001", "620622002", "620622001002", "6207"}
	scope = analyst(codes[random.IntN(len(codes)-1)])
	if random.IntN(2) == 0 {
		r := must(layers.RangeOfCode(codes[random.IntN(len(codes))]))
		q.Area = &r
	}
	day := func() time.Time {
		at := time.Date(2015, 1, 1+random.IntN(800), 0, 0, 0, 0, shanghai)
		if random.IntN(3) == 0 {
			at = at.Add(time.Duration(random.Int64N(int64(24 * time.Hour))))
		}
		return at
	}
	if random.IntN(4) > 0 {
		q.Window = layers.Window{From: day()}
		if random.IntN(4) > 0 {
			q.Window.To = q.Window.From.AddDate(0, random.IntN(10), random.IntN(30))
		}
	}
	for range random.IntN(3) {
		f := layers.Filter{Field: "category"}
		for range random.IntN(5) {
			f.Values = append(f.Values, legend.List[random.IntN(len(legend.List))].Value)
		}
		q.Filters = append(q.Filters, f)
	}
	return q, scope, 5 + random.IntN(5)
}

// grouped is the counts by cell that PostgreSQL gives, as "cell=count" in the order
// of the cells. A parent is made by the bits of the index (H3 documentation, "Cell
// indexing").
func grouped(t testing.TB, conn *pgx.Conn, q layers.Query, scope access.Scope, resolution int) string {
	t.Helper()
	where, args := []string{"area between $2 and $3"}, []any{resolution, scope.Area.Low, scope.Area.High}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if q.Area != nil {
		add("area >= $%d", q.Area.Low)
		add("area <= $%d", q.Area.High)
	}
	if !q.Window.From.IsZero() {
		add("at >= $%d", q.Window.From)
	}
	if !q.Window.To.IsZero() {
		add("at < $%d", q.Window.To)
	}
	for _, f := range q.Filters {
		values := []string{}
		for _, v := range f.Values {
			values = append(values, v.(string))
		}
		add("category = any($%d)", values)
	}
	rows, err := conn.Query(t.Context(), `select to_hex(parent) || '=' || count(*) from (
		select cell & ~(15::bigint << 52) | ($1::bigint << 52) | ((1::bigint << (3 * (15 - $1::int))) - 1) as parent
		from event where layer = 'dispute' and `+strings.Join(where, " and ")+`) c group by parent order by parent`, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, " ")
}

func counted(t testing.TB, m *tally.Moment, q layers.Query, scope access.Scope, resolution int) string {
	t.Helper()
	var c cube.Counts
	if ok, err := m.Cells(q, scope, resolution, nil, &c); err != nil || !ok {
		t.Fatalf("%+v: %t %v", q, ok, err)
	}
	lines := make([]string, len(c.Cells))
	for i, cell := range c.Cells {
		lines[i] = fmt.Sprintf("%s=%d", cell, c.Counts[i])
	}
	total, ok, err := m.Total(q, scope)
	if err != nil || !ok || total != c.Total {
		t.Fatalf("%+v: in all %d %t %v, by cell %d", q, total, ok, err, c.Total)
	}
	return strings.Join(lines, " ")
}

// edits are random changes of cases past the store, as psql or QGIS make them.
func edit(t testing.TB, conn *pgx.Conn, random *rand.Rand) {
	t.Helper()
	one := fmt.Sprintf("(select id from event where layer = 'dispute' order by id offset %d limit 1)", random.IntN(cases/2))
	statement := []string{
		"delete from event where id = " + one,
		// The cell of another case, which is then its place too.
		"update event e set geom = o.geom, cell = o.cell, area = o.area from event o where e.id = " + one + " and o.id = 'D1490'",
		fmt.Sprintf("update event set category = '%02d' where id = %s", random.IntN(20), one),
		"with moved as (update event_key set at = at + interval '40 days 7 seconds' where id = " + one + " returning id) update event e set at = e.at + interval '40 days 7 seconds' from moved where e.id = moved.id and e.at < '2016-11-01'",
		"update event set status = 'closed' where id = " + one,
	}[random.IntN(5)]
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Whatever is asked, by whomever, before and after any changes: the counts are those
// of GROUP BY.
func TestCountsAreThoseOfGroupBy(t *testing.T) {
	store, conn := town(t)
	random := rand.New(rand.NewPCG(1, 2))
	server := tally.NewServer(store, catalog.All, tally.Options{Zone: shanghai, MergeAfter: 25})
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	found := 0
	for round := range 15 {
		for range 10 {
			q, scope, resolution := asked(random)
			got, want := counted(t, server.Now("dispute"), q, scope, resolution), grouped(t, conn, q, scope, resolution)
			if got != want {
				t.Fatalf("round %d, %+v %+v at %d\ncounted %s\ngrouped %s", round, q, scope, resolution, got, want)
			}
			if want != "" {
				found++
			}
		}
		for range random.IntN(6) {
			edit(t, conn, random)
		}
		states := must(store.States(t.Context()))
		if err := server.Reach(t.Context(), "dispute", states["dispute"].Version); err != nil {
			t.Fatal(err)
		}
	}
	if found < 40 {
		t.Errorf("only %d of the questions found anything", found)
	}
}

// A township's analyst counts in a border cell what lies on their side of it, and
// the two sides add up to what the city's analyst counts.
func TestBorderCellsAreClipped(t *testing.T) {
	store, _ := town(t)
	server := tally.NewServer(store, catalog.All, tally.Options{Zone: shanghai})
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := server.Now("dispute")
	count := func(scope access.Scope) map[string]int32 {
		var c cube.Counts
		if ok, err := m.Cells(layers.Query{}, scope, 7, nil, &c); err != nil || !ok {
			t.Fatal(ok, err)
		}
		byCell := map[string]int32{}
		for i, cell := range c.Cells {
			byCell[cell.String()] = c.Counts[i]
		}
		return byCell
	}
	sides := []string{"620602001", "620602002", "620622001", "620622002"}
	sum, shared := map[string]int32{}, 0
	for _, side := range sides {
		for cell, n := range count(analyst(side)) {
			if sum[cell] > 0 {
				shared++
			}
			sum[cell] += n
		}
	}
	whole := count(analyst("6206"))
	if shared < 5 || len(sum) != len(whole) {
		t.Errorf("%d cells are shared, %d of %d are counted", shared, len(sum), len(whole))
	}
	for cell, n := range whole {
		if sum[cell] != n {
			t.Errorf("cell %s: the sides count %d, the city %d", cell, sum[cell], n)
		}
	}
}

// What only the features can tell is left to them; nobody counts without the right.
func TestWhatIsNotCounted(t *testing.T) {
	store, _ := town(t)
	server := tally.NewServer(store, catalog.All, tally.Options{})
	if server.Now("dispute") != nil || server.Now("road") != nil || server.Now("nothing") != nil {
		t.Error("something is counted before it was read")
	}
	if err := server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := server.Now("dispute")
	var c cube.Counts
	grid := must(layers.RangeOfCode("620602001001005"))
	for name, q := range map[string]layers.Query{
		"another field": {Filters: []layers.Filter{{Field: "status", Values: []any{"closed"}}}},
		"a drawing":     {Within: orb.MultiPolygon{{{{102, 37}, {103, 37}, {103, 38}, {102, 37}}}}},
		"a grid":        {Area: &grid},
		"a box":         {Bounds: &orb.Bound{}},
		"numbers":       {FIDs: []int32{1}},
	} {
		if ok, err := m.Cells(q, access.System, 8, nil, &c); ok || err != nil {
			t.Errorf("%s: %t %v", name, ok, err)
		}
	}
	viewer := access.User{Role: access.Viewer, Range: layers.Everywhere}.Scope()
	if _, err := m.Cells(layers.Query{}, viewer, 8, nil, &c); !errors.Is(err, layers.ErrDenied) {
		t.Errorf("a viewer counts cases: %v", err)
	}
	if ok, err := m.Cells(layers.Query{}, access.Scope{Cases: true}, 8, nil, &c); !ok || err != nil || c.Total != 0 {
		t.Errorf("the empty scope counts %d, %t %v", c.Total, ok, err)
	}
	if bytes, changes := server.Size(); bytes < cases*9 || changes != 0 {
		t.Errorf("the size is %d bytes and %d changes", bytes, changes)
	}
}
