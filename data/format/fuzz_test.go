package format

import (
	"io"
	"testing"
	"unicode/utf8"
)

// fuzzReader states the laws of every reader: no panic; rows are numbered from
// 1 and grow; a record without problems has a value for each column, all of
// them UTF-8; reading the same bytes again gives the same number of records.
func fuzzReader(f *testing.F, one Format) {
	f.Fuzz(func(t *testing.T, content []byte) {
		first := countRecords(t, one, content)
		if again := countRecords(t, one, content); again != first {
			t.Errorf("%d records at first, then %d", first, again)
		}
	})
}

func countRecords(t *testing.T, one Format, content []byte) (n int) {
	r, err := one.Open(t.Context(), Bytes("x", content))
	if err != nil {
		return -1
	}
	columns := len(r.Head().Columns)
	for last := 0; ; n++ {
		rec, err := r.Next()
		if err == io.EOF {
			r.Notes()
			return n
		}
		if err != nil {
			return -n - 2
		}
		if rec.Row <= last {
			t.Fatalf("row %d follows row %d", rec.Row, last)
		}
		last = rec.Row
		if len(rec.Problems) > 0 {
			for _, p := range rec.Problems {
				if p.Row != rec.Row || p.Fault == "" || p.Cure == "" {
					t.Errorf("row %d has the problem %+v", rec.Row, p)
				}
			}
			continue
		}
		if len(rec.Values) != columns {
			t.Fatalf("row %d has %d values for %d columns", rec.Row, len(rec.Values), columns)
		}
		for _, v := range rec.Values {
			if !utf8.ValidString(v) {
				t.Errorf("row %d holds %q", rec.Row, v)
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a;a;\n\"x\"\"y\";2\n", "\xEF\xBB\xBFa\t\"b\n\n\"\n,,\n", "a,b\n\"", "\"", ",\n,", "a\n\xff"} {
		f.Add([]byte(seed))
	}
	fuzzReader(f, CSV)
}

func FuzzGeoJSON(f *testing.F) {
	for _, seed := range []string{
		collection(point(1, "[1,2,3]"), point(2, "[NaN,2]")),
		`{"type":"Feature","properties":{"a":{"b":[1,"x",null]},"c":[[]]},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`,
		`{"type":"Point","coordinates":[1,2]}` + "\n" + `{"type":"Point","coordinates":[]}`,
		`{"features":[1,"a",true,{"type":"Feature","id":"\ud800"}],"crs":{"properties":{"name":"x"}},"type":"FeatureCollection"}`,
		`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},null]}`,
		`{"features":[{"properties":{"\`, `{"a":"\\"`, `{`, `{}`, `{"features":[}`,
	} {
		f.Add([]byte(seed))
	}
	fuzzReader(f, GeoJSON)
}
