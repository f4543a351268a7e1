package postgis_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// schema is everything there is in the database, for comparison.
const schema = `select string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable), ',' order by table_name, ordinal_position) || (select string_agg(indexdef, ',' order by indexname) from pg_indexes where schemaname = 'public')
	from information_schema.columns where table_schema = 'public'`

func TestOpeningAgainChangesNothing(t *testing.T) {
	s, url := cityAt(t)
	before := one[string](t, s, schema)
	marks := one[string](t, s, `select string_agg(oid::text, ' ' order by oid) from pg_class where relnamespace = 'public'::regnamespace`)
	open(t, url)
	if one[string](t, s, schema) != before {
		t.Error("the schema changed")
	}
	if one[string](t, s, `select string_agg(oid::text, ' ' order by oid) from pg_class where relnamespace = 'public'::regnamespace`) != marks {
		t.Error("tables or views were made anew")
	}
}

// Programs that start at the same moment make the schema once.
func TestOpeningAtOnce(t *testing.T) {
	url := pgtest.URL(t)
	done := make(chan error, 4)
	for range 4 {
		go func() {
			s, err := postgis.Open(t.Context(), url, catalog.All)
			if err == nil {
				s.Close()
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestSchemaOfANewerProgramIsRefused(t *testing.T) {
	s, url := cityAt(t)
	one[string](t, s, `insert into schema_migration (name, sha256) values ('9999_tomorrow.sql', 'x') returning name`)
	_, err := postgis.Open(t.Context(), url, catalog.All)
	if !errors.Is(err, layers.ErrConflict) || !strings.Contains(err.Error(), "newer sitmap") || !strings.Contains(err.Error(), "9999_tomorrow.sql") {
		t.Errorf("%v", err)
	}
}

func TestChangedStepIsRefused(t *testing.T) {
	s, url := cityAt(t)
	one[string](t, s, `update schema_migration set sha256 = 'x' where name like '0002%' returning name`)
	_, err := postgis.Open(t.Context(), url, catalog.All)
	if !errors.Is(err, layers.ErrConflict) || !strings.Contains(err.Error(), "0002_events.sql was changed") {
		t.Errorf("%v", err)
	}
}

// A step that fails names the place, leaves nothing, and does not undo the step
// before it.
func TestFailingStepNamesThePlace(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"a mistyped word":          {"create table t (a int);\n\n-- 中文；\ncreate table u (\n  b intt\n);", "migrations/0002.sql:5:5: type \"intt\" does not exist, in: b intt"},
		"after other characters":   {"select '中文',\n '汉', nothing;", "migrations/0002.sql:2:7: column \"nothing\" does not exist, in: '汉', nothing;"},
		"a fault without position": {"create table t (a int check (a > 0));\n  insert into t values (0);", "migrations/0002.sql:2:3: new row for relation \"t\" violates"},
	}
	for name, test := range tests {
		conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		good, bad := postgis.Step("0001.sql", "create table fine (a int)"), postgis.Step("0002.sql", test.text)
		err = postgis.ApplySteps(t.Context(), conn, append(postgis.Steps{}, good, bad))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant %s", name, err, test.want)
		}
		var tables []string
		if err := conn.QueryRow(t.Context(), `select array_agg(relname::text order by relname) from pg_class where relname in ('fine', 't', 'u')`).Scan(&tables); err != nil || !slices.Equal(tables, []string{"fine"}) {
			t.Errorf("%s: left the tables %v (%v)", name, tables, err)
		}
		if err := postgis.ApplySteps(t.Context(), conn, append(postgis.Steps{}, good)); err != nil {
			t.Errorf("%s: the good step again: %v", name, err)
		}
		conn.Close(t.Context())
	}
}

func TestSplit(t *testing.T) {
	tests := map[string]struct {
		script string
		want   []string
	}{
		"nothing":         {" ;; -- a; b\n /* ; */ ", nil},
		"two":             {"a; b", []string{"a", "b"}},
		"strings":         {`a ';' b; c ";" d`, []string{`a ';' b`, `c ";" d`}},
		"doubled quotes":  {`a ''';' b; c`, []string{`a ''';' b`, `c`}},
		"dollars":         {"do $$ a; $x$ b; $$; c $x$ ; $$ ; $x$", []string{"do $$ a; $x$ b; $$", "c $x$ ; $$ ; $x$"}},
		"parameters":      {"a $1; b $2", []string{"a $1", "b $2"}},
		"comments within": {"a -- ;\n b; c /* ; */ d", []string{"a -- ;\n b", "c /* ; */ d"}},
		"unclosed":        {"a 'b; c", []string{"a 'b; c"}},
	}
	for name, test := range tests {
		var got []string
		for _, s := range postgis.Split(test.script) {
			got = append(got, s.Text())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// However a script is cut, each piece stands where it says, in order, and nothing
// but space, comments and semicolons is lost.
func FuzzSplit(f *testing.F) {
	f.Add("a; $x$ ; $x$ 'b;' -- c\n;\"d;\"/* e; */")
	f.Add("$$;$")
	f.Fuzz(func(t *testing.T, script string) {
		end := 0
		for _, s := range postgis.Split(script) {
			if s.At() < end || script[s.At():s.At()+len(s.Text())] != s.Text() {
				t.Fatalf("%q is not at %d of %q", s.Text(), s.At(), script)
			}
			end = s.At() + len(s.Text())
			line, column, _ := postgis.LineColumn(script, s.At())
			if line < 1 || column < 1 {
				t.Fatalf("line %d, column %d", line, column)
			}
		}
	})
}

// A server of another name, a wrong port or a URL that is none: what is wrong,
// and never a password.
func TestUnreachableDatabase(t *testing.T) {
	for url, kind := range map[string]error{
		"postgres://u:geheim@127.0.0.1:1/x?connect_timeout=2": layers.ErrUnavailable,
		"postgres://u:geheim@127.0.0.1:notaport/x":            layers.ErrInvalid,
		"postgres:///x?host=/nowhere&user=u&password=geheim":  layers.ErrUnavailable,
	} {
		_, err := postgis.Open(t.Context(), url, catalog.All)
		if !errors.Is(err, kind) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v, want %v", url, err, kind)
		}
	}
}
