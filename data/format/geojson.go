package format

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"sitmap/layers"
)

// GeoJSON is RFC 7946: a collection of features, one feature, one geometry, or
// one feature in each line. The coordinate system an older file names in crs
// is handed on. The file is read twice: once for the names of all properties,
// once for the features.
var GeoJSON = Format{
	ID:         "geojson",
	Title:      text("GeoJSON 地理数据", "GeoJSON"),
	Extensions: []string{".geojson", ".json", ".geojsonl", ".ndjson"},
	Sniff: func(head []byte) bool {
		return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), " \t\r\n\x1e"), []byte{'{'})
	},
	Open: openGeoJSON,
}

type geoJSONReader struct {
	features *features
	head     Head
	column   map[string]int // by name of the property
	values   []string
	heights  int             // features whose positions had more than two numbers
	nested   map[string]bool // columns whose values were left out because they are lists of more than plain values
}

func openGeoJSON(ctx context.Context, f *File) (Reader, error) {
	r := &geoJSONReader{column: map[string]int{}, nested: map[string]bool{}}
	collection, err := r.survey(ctx, f)
	if err != nil {
		return nil, err
	}
	r.values = make([]string, len(r.head.Columns))
	r.features, err = openFeatures(ctx, f, collection)
	return r, err
}

// survey reads the file once, to learn the names of all properties, the
// coordinate system, and whether the file is one collection.
func (r *geoJSONReader) survey(ctx context.Context, f *File) (collection bool, err error) {
	fs, err := openFeatures(ctx, f, true)
	if err != nil {
		return false, err
	}
	names, err := r.surveyFeatures(fs)
	if err != nil {
		return false, err
	}
	members := fs.members
	if collection = fs.inside; collection {
		if kind, _ := jsonString([]byte(members["type"])); kind != "FeatureCollection" {
			return false, fmt.Errorf("the file is a %q; only a GeoJSON FeatureCollection has features: %w", columnName(kind), layers.ErrInvalid)
		}
	} else {
		if err := notGeoJSON(members["type"]); err != nil {
			return false, err
		}
		if fs, err = openFeatures(ctx, f, false); err != nil {
			return false, err
		}
		if names, err = r.surveyFeatures(fs); err != nil {
			return false, err
		}
	}
	columns := []string{}
	if len(names) > 0 {
		if columns, err = columnNames(names); err != nil {
			return false, err
		}
	}
	r.head = Head{Columns: columns, CRS: crsName(members["crs"]), Geometry: true, IDs: true}
	return collection, nil
}

// surveyFeatures collects the names of the properties in the order of their
// first appearance. Faults of features are left for Next to report.
func (r *geoJSONReader) surveyFeatures(fs *features) (names []string, err error) {
	for {
		fault, err := fs.next()
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		if fault != "" {
			continue
		}
		err = eachProperty(fs.value, func(name, _ string, _ bool) error {
			if _, known := r.column[name]; known {
				return nil
			}
			if len(names) == maxColumns {
				return fmt.Errorf("row %d: the features have more than %d different properties: %w", fs.row, maxColumns, errTooMany)
			}
			r.column[name] = len(names)
			names = append(names, name)
			return nil
		})
		if errors.Is(err, errTooMany) {
			return nil, err
		}
	}
}

var errTooMany = fmt.Errorf("split the file, or keep the properties that are needed: %w", layers.ErrInvalid)

func eachProperty(feature []byte, call func(name, text string, flat bool) error) error {
	return eachMember(feature, func(name string, value []byte) error {
		if name != "properties" || value[0] != '{' {
			return nil
		}
		return flatten(value, "", call)
	})
}

func (r *geoJSONReader) Head() Head { return r.head }

func (r *geoJSONReader) Next() (Record, error) {
	fault, err := r.features.next()
	if err != nil {
		return Record{}, err
	}
	clear(r.values)
	rec := Record{Row: r.features.row, Values: r.values}
	add := func(column, fault, cure string) {
		rec.Problems = append(rec.Problems, layers.Problem{Row: rec.Row, Column: column, Fault: fault, Cure: cure})
	}
	raw := r.features.value
	if fault == "" && !json.Valid(raw) {
		fault = "is not valid JSON: " + syntaxFault(raw)
	}
	if fault != "" {
		add("", fault, "correct the feature with the program that wrote the file; an unknown number is null, not NaN")
		return rec, nil
	}
	r.feature(raw, &rec, add)
	return rec, nil
}

// feature fills the record from a feature, or from a bare geometry where no
// collection is around it.
func (r *geoJSONReader) feature(raw []byte, rec *Record, add func(column, fault, cure string)) {
	if raw[0] != '{' {
		add("", "is not a feature", `write {"type": "Feature", "properties": {…}, "geometry": {…}}`)
		return
	}
	member := map[string][]byte{}
	eachMember(raw, func(name string, value []byte) error { // cannot fail: the JSON is valid
		member[name] = value
		return nil
	})
	kind, _ := jsonString(member["type"])
	switch {
	case kind == "Feature":
	case !r.features.collection && isGeometry(kind):
		member = map[string][]byte{"geometry": raw}
	default:
		add("", fmt.Sprintf("is a %q, not a Feature", columnName(kind)), `write {"type": "Feature", "properties": {…}, "geometry": {…}}`)
		return
	}
	if id := member["id"]; id != nil {
		if text, ok := scalar(id); ok {
			rec.ID = text
		} else {
			add("id", "the feature's id is neither text nor number", "write the business code")
		}
	}
	if properties := member["properties"]; properties != nil && properties[0] != '{' && string(properties) != "null" {
		add("", "the properties are not an object", "write name and value pairs in braces")
	} else {
		r.properties(raw, rec, add)
	}
	if g := member["geometry"]; g != nil {
		var cut bool
		var err error
		if rec.Geometry, cut, err = decodeGeometry(g); err != nil {
			add("geometry", err.Error(), "give positions as [longitude, latitude] numbers by RFC 7946")
			rec.Geometry = nil
		}
		if cut {
			r.heights++
		}
	}
}

func (r *geoJSONReader) properties(feature []byte, rec *Record, add func(column, fault, cure string)) {
	eachProperty(feature, func(name, text string, flat bool) error { // cannot fail: the JSON is valid
		i, known := r.column[name]
		if !known {
			return nil
		}
		column := r.head.Columns[i]
		switch {
		case !flat:
			r.nested[column] = true
		case len(text) > maxFieldBytes:
			add(column, fmt.Sprintf("%d bytes long", len(text)), fmt.Sprintf("shorten it below %d bytes, or remove the property", maxFieldBytes))
		default:
			rec.Values[i] = text
		}
		return nil
	})
}

func (r *geoJSONReader) Notes() []layers.Text {
	var notes []layers.Text
	if r.heights > 0 {
		notes = append(notes, text(fmt.Sprintf("%d 个要素带有高程等第三维坐标，仅保留经度和纬度", r.heights),
			fmt.Sprintf("features with heights, cut to longitude and latitude: %d", r.heights)))
	}
	var nested []string
	for _, column := range r.head.Columns {
		if r.nested[column] {
			nested = append(nested, column)
		}
	}
	if len(nested) > 0 {
		names := strings.Join(nested, ", ")
		notes = append(notes, text("这些属性的值是嵌套列表，未读取："+names, "values that are nested lists were not read: "+names))
	}
	return notes
}

// isGeometry reports whether RFC 7946 has such a kind of geometry.
func isGeometry(kind string) bool {
	switch kind {
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection":
		return true
	}
	return false
}

// notGeoJSON recognises JSON that has features or shapes in another dialect.
func notGeoJSON(kind string) error {
	switch name, _ := jsonString([]byte(kind)); {
	case name == "Topology":
		return fmt.Errorf("the file is TopoJSON; convert it to GeoJSON first: %w", layers.ErrInvalid)
	case name == "FeatureCollection":
		return fmt.Errorf("the FeatureCollection has no list of features: %w", layers.ErrInvalid)
	case name != "Feature" && !isGeometry(name):
		return fmt.Errorf("the file is JSON but not GeoJSON: its type is %q: %w", columnName(name), layers.ErrInvalid)
	}
	return nil
}

// crsName is the name in the crs member of the year 2008, which RFC 7946 no
// longer has but many programs write.
func crsName(raw string) string {
	if raw == "" || raw == "null" {
		return ""
	}
	var crs struct {
		Properties struct {
			Name string          `json:"name"`
			Href string          `json:"href"`
			Code json.RawMessage `json:"code"`
		} `json:"properties"`
	}
	if json.Unmarshal([]byte(raw), &crs) == nil {
		code, _ := scalar(crs.Properties.Code)
		switch {
		case crs.Properties.Name != "":
			return columnName(crs.Properties.Name)
		case code != "":
			return columnName("EPSG:" + code)
		case crs.Properties.Href != "":
			return columnName(crs.Properties.Href)
		}
	}
	return columnName(raw)
}

// syntaxFault says what the JSON package finds wrong.
func syntaxFault(raw []byte) string {
	var whole json.RawMessage
	if err := json.Unmarshal(raw, &whole); err != nil {
		return err.Error()
	}
	return "unknown"
}
