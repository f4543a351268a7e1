package format

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// GPX is tracks, routes and waypoints of GPS receivers (topografix.com/GPX, 1.0
// and 1.1): each of their points is a record, with the number and the name of its
// track. Speed is metres a second and course degrees from north, as GPX 1.0 and
// Garmin's extension of 1.1 have them. Who made the file is not read.
var GPX = Format{
	ID:         "gpx",
	Title:      text("GPX 轨迹", "GPX"),
	Extensions: []string{".gpx"},
	Sniff: func(head []byte) bool {
		return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), " \t\r\n"), []byte{'<'}) && bytes.Contains(head, []byte("<gpx"))
	},
	Open: openGPX,
}

// gpxColumns are the members of a point that are read, by their local names, and
// before them which track it is of, from 1 in the order of the file, and its name.
var gpxColumns = []string{"segment", "track", "time", "name", "desc", "type", "ele", "speed", "course", "hdop", "sat"}

// maxPointBytes is how much may stand between two points, or in one.
const maxPointBytes = 1 << 20

// ofPoint are the first of the columns that a point itself has.
const ofPoint = 2

// gpxPoints are the elements that are records.
var gpxPoints = map[string]bool{"trkpt": true, "rtept": true, "wpt": true}

type gpxReader struct {
	xml     *xml.Decoder
	meter   *meter
	open    []string // local names of the elements around
	row     int
	segment int // of tracks and routes so far; a gap in a track begins another
	track   string
	values  []string
}

func openGPX(ctx context.Context, f *File) (Reader, error) {
	plain, err := utf8Text(f.Reader(ctx))
	if err != nil {
		return nil, err
	}
	m := &meter{r: plain, left: maxPointBytes}
	d := xml.NewDecoder(m)
	// The text is UTF-8 by now, or was refused; what its first line calls it does
	// not matter.
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	r := &gpxReader{xml: d, meter: m, values: make([]string, len(gpxColumns))}
	for {
		token, err := d.Token()
		if err != nil {
			return nil, r.fault(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			if start.Name.Local != "gpx" {
				return nil, fmt.Errorf("the file is a %q; only gpx has tracks: %w", columnName(start.Name.Local), layers.ErrInvalid)
			}
			return r, nil
		}
	}
}

func (r *gpxReader) Head() Head {
	return Head{Columns: gpxColumns, CRS: "EPSG:4326", Geometry: true}
}

func (r *gpxReader) Notes() []layers.Text { return nil }

func (r *gpxReader) Next() (Record, error) {
	r.meter.left = maxPointBytes
	for {
		token, err := r.xml.Token()
		if errors.Is(err, io.EOF) {
			return Record{}, io.EOF
		}
		if err != nil {
			return Record{}, r.fault(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if gpxPoints[t.Name.Local] {
				return r.point(t)
			}
			if err := r.enter(t.Name.Local); err != nil {
				return Record{}, err
			}
		case xml.EndElement:
			if len(r.open) > 0 {
				r.open = r.open[:len(r.open)-1]
			}
		}
	}
}

// enter goes into an element that is not a point.
func (r *gpxReader) enter(name string) error {
	around := ""
	if len(r.open) > 0 {
		around = r.open[len(r.open)-1]
	}
	switch {
	case name == "trk":
		r.track = ""
	case name == "rte":
		r.track = ""
		r.segment++
	case name == "trkseg":
		r.segment++
	case name == "name" && (around == "trk" || around == "rte"):
		text, err := r.inner()
		if err != nil {
			return err
		}
		r.track = text
		return nil
	}
	r.open = append(r.open, name)
	return nil
}

// point reads the point that begins there.
func (r *gpxReader) point(start xml.StartElement) (Record, error) {
	r.row++
	rec := Record{Row: r.row, Values: r.values}
	clear(r.values)
	if start.Name.Local != "wpt" {
		r.values[0], r.values[1] = strconv.Itoa(r.segment), r.track
	}
	var at orb.Point
	for i, name := range []string{"lon", "lat"} {
		value, problem := degreesOf(start, name, r.row)
		if problem != nil {
			rec.Problems = append(rec.Problems, *problem)
		}
		at[i] = value
	}
	if len(rec.Problems) == 0 {
		rec.Geometry = at
	}
	for depth := 1; depth > 0; {
		token, err := r.xml.Token()
		if err != nil {
			return Record{}, r.fault(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			column := columnOf(t.Name.Local)
			if column < 0 {
				depth++
				continue
			}
			text, err := r.inner()
			if err != nil {
				return Record{}, err
			}
			if len(text) > maxFieldBytes {
				rec.Problems = append(rec.Problems, layers.Problem{Row: r.row, Column: gpxColumns[column],
					Fault: fmt.Sprintf("%d bytes long", len(text)), Cure: fmt.Sprintf("shorten it below %d bytes", maxFieldBytes)})
				continue
			}
			r.values[column] = text
		}
	}
	return rec, nil
}

// degreesOf is an attribute of a point.
func degreesOf(start xml.StartElement, name string, row int) (float64, *layers.Problem) {
	for _, a := range start.Attr {
		if a.Name.Local != name || a.Name.Space != "" {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(a.Value), 64); err == nil && v-v == 0 {
			return v, nil
		}
		return 0, &layers.Problem{Row: row, Column: name, Fault: "is not a number", Cure: "write degrees, such as 102.638", Value: columnName(a.Value)}
	}
	return 0, &layers.Problem{Row: row, Column: name, Fault: "is missing", Cure: "give each point lat and lon in degrees"}
}

// columnOf is where the member of a point goes; negative for nowhere.
func columnOf(name string) int {
	for i, c := range gpxColumns[ofPoint:] {
		if c == name {
			return ofPoint + i
		}
	}
	return -1
}

// inner is the text of the element that was just entered, up to its end, without
// that of elements inside.
func (r *gpxReader) inner() (string, error) {
	var text strings.Builder
	for depth := 1; depth > 0; {
		token, err := r.xml.Token()
		if err != nil {
			return "", r.fault(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 1 {
				text.Write(t)
			}
		}
	}
	return strings.TrimSpace(text.String()), nil
}

// fault is why the rest of the file cannot be read.
func (r *gpxReader) fault(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, errMeter):
		return fmt.Errorf("row %d: more than %d bytes between two points: %w", r.row+1, maxPointBytes, layers.ErrInvalid)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the file is empty or has no gpx in it: %w", layers.ErrInvalid)
	case errors.As(err, &syntax):
		return fmt.Errorf("row %d: not well-formed XML in line %d: %w", r.row+1, syntax.Line, layers.ErrInvalid)
	case errors.Is(err, layers.ErrInvalid):
		return err
	}
	return fmt.Errorf("row %d: %w", r.row+1, err)
}
