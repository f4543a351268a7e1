package format

import (
	"fmt"
	"strings"
	"testing"
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func point(id int, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","id":%d,"properties":{"n":%d},"geometry":{"type":"Point","coordinates":%s}}`, id, id, coordinates)
}

// The expected values follow RFC 7946 (and RFC 8142 for sequences).
func TestGeoJSON(t *testing.T) {
	tests := map[string]struct {
		content string
		want    []string
	}{
		"a collection": {collection(point(1, "[102.6,37.9]"), point(2, "[103,38]")),
			[]string{"n", "1: 1 id=1 POINT(102.6 37.9)", "2: 2 id=2 POINT(103 38)"}},
		"an empty collection": {collection(), []string{""}},
		"members in any order, others ignored": {
			`{"features":[` + point(1, "[1,2]") + `],"name":"x","crs":null,"deep":[[["]}"]]],"type":"FeatureCollection"}`,
			[]string{"n", "1: 1 id=1 POINT(1 2)"}},
		"the crs of older files": {
			`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"features":[]}`,
			[]string{"", "crs urn:ogc:def:crs:EPSG::4490"}},
		"the crs behind the features, as a code": {
			`{"features":[],"crs":{"type":"EPSG","properties":{"code":4326}},"type":"FeatureCollection"}`,
			[]string{"", "crs EPSG:4326"}},
		"one feature":       {point(7, "[1,2]"), []string{"n", "1: 7 id=7 POINT(1 2)"}},
		"one bare geometry": {`{"type":"LineString","coordinates":[[1,2],[3,4]]}`, []string{"", "1:  LINESTRING(1 2,3 4)"}},
		"one feature in each line, also with record separators": {
			point(1, "[1,2]") + "\n\x1e" + point(2, "[3,4]") + "\n", []string{"n", "1: 1 id=1 POINT(1 2)", "2: 2 id=2 POINT(3 4)"}},
		"a byte order mark": {"\xEF\xBB\xBF" + point(7, "[1,2]"), []string{"n", "1: 7 id=7 POINT(1 2)"}},
		"columns are the union, in order of appearance": {
			collection(`{"type":"Feature","properties":{"b":true,"a":null},"geometry":null}`, `{"type":"Feature","properties":{"c":1.50,"b":"x"}}`),
			[]string{"b|a|c", "1: true||", "2: x||1.50"}},
		"long numbers keep all their digits": {
			collection(`{"type":"Feature","id":62060200001320000001,"properties":{"n":62060200001320000001}}`),
			[]string{"n", "1: 62060200001320000001 id=62060200001320000001"}},
		"nested properties are flattened, nested lists left out": {
			collection(`{"type":"Feature","properties":{"a":{"b":1,"c":{"d":"x"}},"l":["p","q"],"m":[[1]]}}`),
			[]string{"a.b|a.c.d|l|m", "1: 1|x|p,q|", "note: values that are nested lists were not read: m"}},
		"heights are cut": {collection(point(1, "[1,2,300]"), point(2, "[1,2]")),
			[]string{"n", "1: 1 id=1 POINT(1 2)", "2: 2 id=2 POINT(1 2)", "note: features with heights, cut to longitude and latitude: 1"}},
		"all other geometries": {
			collection(
				`{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}}`,
				`{"type":"Feature","geometry":{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}}`,
				`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}}`,
				`{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]]]]}}`,
				`{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}}`,
				`{"type":"Feature","geometry":{"type":"Point","coordinates":[]}}`),
			[]string{"", "1:  MULTIPOINT((1 2),(3 4))", "2:  MULTILINESTRING((1 2,3 4),(5 6,7 8))",
				"3:  POLYGON((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))", "4:  MULTIPOLYGON(((0 0,9 0,9 9,0 0)))",
				"5:  GEOMETRYCOLLECTION(POINT(1 2))", "6: "}},
		"an escaped quote and a bracket in a text": {
			collection(`{"type":"Feature","properties":{"a":"x\"]}\\","\u0062":"\n"}}`), []string{"a|b", "1: x\"]}\\|\n"}},
		"two lists of features":     {`{"type":"FeatureCollection","features":[],"features":[]}`, []string{"error: the file has two lists of features: invalid"}},
		"features that are no list": {`{"type":"FeatureCollection","features":{}}`, []string{`error: features is not a list: '{' stands where one of "[" belongs: invalid`}},
		"no features":               {`{"type":"FeatureCollection"}`, []string{"error: the FeatureCollection has no list of features: invalid"}},
		"TopoJSON":                  {`{"type":"Topology","objects":{}}`, []string{"error: the file is TopoJSON; convert it to GeoJSON first: invalid"}},
		"Esri JSON":                 {`{"geometryType":"esriGeometryPoint","features":[{"attributes":{}}]}`, []string{`error: the file is a ""; only a GeoJSON FeatureCollection has features: invalid`}},
		"other JSON":                {`{"a":1}`, []string{`error: the file is JSON but not GeoJSON: its type is "": invalid`}},
		"a list":                    {`[1,2]`, []string{`error: the file begins with '['; GeoJSON begins with a brace: invalid`}},
		"an empty file":             {"  ", []string{"error: the file is empty: invalid"}},
		"something behind the end":  {collection() + "{}", []string{`error: '{' stands behind the end of the collection: invalid`}},
		"a file that was cut off":   {strings.TrimSuffix(collection(point(1, "[1,2]")), "}]}"), []string{"error: row 1: the file ends in the middle of it; it was cut off or is damaged: invalid"}},
		"cut off between features":  {strings.TrimSuffix(collection(point(1, "[1,2]")), "]}"), []string{"error: after row 1: the file ends in the middle of it; it was cut off or is damaged: invalid"}},
		"a comma too many":          {collection(point(1, "[1,2]"), ""), []string{"error: row 2: ']' stands where a value belongs: invalid"}},
		"text that is not UTF-8":    {`{"type":"FeatureCollection",` + "\n\"features\":[{\"a\":\"\xCE\xE4\"}]}", []string{"error: row 1: line 2 is not UTF-8, perhaps GBK as Chinese spreadsheets write it; save the file as UTF-8 (in Excel: CSV UTF-8): invalid"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { compare(t, read(t, "x.geojson", test.content), test.want...) })
	}
}

// A fault inside a feature costs that feature and no other.
func TestGeoJSONRowFaults(t *testing.T) {
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	tests := map[string]struct{ feature, problem string }{
		"NaN":                    {point(1, "[NaN,37.9]"), "is not valid JSON: invalid character 'N' …"},
		"a coordinate in quotes": {point(1, `["102.6",37.9]`), "column geometry: a coordinate is written as text, in quotes…"},
		"a coordinate is null":   {point(1, `[null,37.9]`), "column geometry: a coordinate is not a number…"},
		"a coordinate is 1e999":  {point(1, `[1e999,37.9]`), "column geometry: a coordinate is beyond all numbers…"},
		"one number only":        {point(1, `[102.6]`), "column geometry: a position has fewer than two numbers…"},
		"a list too deep":        {point(1, `[[102.6,37.9]]`), "column geometry: the coordinates are not lists of numbers as their kind of geometry has them…"},
		"brackets without end":   {point(1, deep), "is nested more than 64 brackets deep…"},
		"a flat polygon":         {`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[1,2],[3,4]]}}`, "column geometry: the coordinates are not lists of numbers as their kind of geometry has them…"},
		"an open ring":           {`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[1,1]]]}}`, "column geometry: a ring does not end where it begins…"},
		"a ring of three":        {`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[9,0],[0,0]]]}}`, "column geometry: a ring has fewer than four positions…"},
		"a line of one":          {`{"type":"Feature","geometry":{"type":"LineString","coordinates":[[0,0]]}}`, "column geometry: a line has fewer than two positions…"},
		"an unknown geometry":    {`{"type":"Feature","geometry":{"type":"Circle","coordinates":[1,2]}}`, `column geometry: "Circle" is not a kind of geometry…`},
		"no coordinates":         {`{"type":"Feature","geometry":{"type":"Point"}}`, `column geometry: the geometry "Point" has no coordinates…`},
		"collection in collection": {`{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[]}]}}`,
			"column geometry: a GeometryCollection inside another…"},
		"no feature at all":      {`7`, "is not a feature…"},
		"a geometry in the list": {`{"type":"Point","coordinates":[1,2]}`, `is a "Point", not a Feature…`},
		"an id that is a list":   {`{"type":"Feature","id":[1]}`, "column id: the feature's id is neither text nor number…"},
		"properties are a list":  {`{"type":"Feature","properties":[1]}`, "the properties are not an object…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := read(t, "x.geojson", collection(point(8, "[1,2]"), test.feature, point(9, "[3,4]")))
			if len(got) != 5 {
				t.Fatalf("got %d lines, want 5: %.500q", len(got), got)
			}
			where := "  row 2: "
			if strings.HasPrefix(test.problem, "column") {
				where = "  row 2, "
			}
			compareStart(t, got[3:], where+test.problem, "3: 9 id=9 POINT(3 4)")
		})
	}
}

// What is too large is refused before it fills the memory.
func TestGeoJSONLimits(t *testing.T) {
	var properties []string
	for i := range maxColumns + 1 {
		properties = append(properties, fmt.Sprintf(`"p%d":1`, i))
	}
	compareStart(t, read(t, "x.geojson", collection(`{"type":"Feature","properties":{`+strings.Join(properties, ",")+`}}`)),
		"error: row 1: the features have more than 2000 different properties: …")

	long := strings.Repeat("x", maxFieldBytes+1)
	compare(t, read(t, "x.geojson", collection(`{"type":"Feature","properties":{"a":"`+long+`"}}`))[2:],
		"  row 1, column a: 262145 bytes long; shorten it below 262144 bytes, or remove the property")

	compareStart(t, read(t, "x.geojson", `{"type":"`+long+`"}`), `error: "type" of the outermost object is longer than 65536 bytes: invalid`)
	compareStart(t, read(t, "x.geojson", `{"other":"`+long+`","type":"FeatureCollection","features":[]}`), "")
}

// A feature longer than the limit is passed over without being held.
func TestLongFeature(t *testing.T) {
	long := `{"type":"Feature","properties":{"a":"` + strings.Repeat("x", maxFeatureBytes) + `"}}`
	got := read(t, "x.geojson", collection(long, point(9, "[3,4]")))
	compare(t, got, "n", "1: ", "  row 1: is longer than 67108864 bytes; correct the feature with the program that wrote the file; an unknown number is null, not NaN",
		"2: 9 id=9 POINT(3 4)")
}
