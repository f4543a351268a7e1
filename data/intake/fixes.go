package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/format"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/live"
)

// MaxFixes is how many fixes of one file are held to be judged in the order of time.
const MaxFixes = 5_000_000

// FixesRequest is a file of past positions and how to read it.
type FixesRequest struct {
	File   *format.File
	Format string       // empty: found by name and beginning
	Map    []Assignment // for columns that are not known by their names
	CRS    string       // empty: as the file says, else WGS 84
	// Unit is the unit of all of the file, where no column names it.
	Unit string
	// Zone is the one of times that name none.
	Zone *time.Location
}

// RowFix is a fix and the row it stood in. Its point is in the file's system.
type RowFix struct {
	Row int
	live.Fix
}

// Fixes is what a file of positions holds.
type Fixes struct {
	All      []RowFix // in the order of the file
	CRS      geo.CRS
	Source   CRSSource
	Rows     int
	Rejects  []layers.Problem // the first of them
	Rejected int
	Used     []Mapped
	LeftOut  []string
}

// mostRejects is how many rejected rows are named.
const mostRejects = 1000

// fixFields are what a column of positions can be for, with the names by which
// it is known; see foldName. Speeds are metres a second unless the name says
// otherwise; nothing about persons is among them.
var fixFields = []struct {
	name  string
	names []string
}{
	{"unit", []string{"unit", "unit_id", "vehicle_id", "device", "device_id", "tid", "力量", "力量编号", "单位编号", "终端号", "设备编号", "track"}},
	{"at", []string{"at", "time", "timestamp", "datetime", "fix_time", "gps_time", "utc", "时间", "定位时间", "上报时间"}},
	{"lon", []string{"lon", "lng", "longitude", "long", "x", "经度"}},
	{"lat", []string{"lat", "latitude", "y", "纬度"}},
	{"seq", []string{"seq", "sequence", "number", "序号", "流水号"}},
	{"speed", []string{"speed", "speed_ms", "速度"}},
	{"speed_kmh", []string{"speed_kmh", "kmh", "时速"}},
	{"heading", []string{"heading", "course", "bearing", "direction", "方向", "航向"}},
	{"accuracy", []string{"accuracy", "精度"}},
	{"sos", []string{"sos", "alarm", "求助"}},
}

// fixColumns is which column fills what; -1 for none.
type fixColumns map[string]int

// mapFixes finds the columns: as assigned first, then by their names.
func mapFixes(head format.Head, request FixesRequest, out *Fixes) (fixColumns, error) {
	m := &mapping{columns: head.Columns}
	found, assigned := fixColumns{}, map[int]bool{}
	for _, f := range fixFields {
		found[f.name] = -1
	}
	for _, a := range request.Map {
		column, err := m.find(a.Column)
		if err != nil {
			return nil, err
		}
		if _, ok := found[a.Target]; !ok && a.Target != toNothing {
			return nil, fmt.Errorf("positions have no %q; columns can be mapped to %s, or - to leave them out: %w", shorten(a.Target), fixNames(), layers.ErrInvalid)
		}
		if smellOfPerson(head.Columns[column]) == person && a.Target != toNothing {
			return nil, fmt.Errorf("column %s speaks of a person, and there is no field for persons on this map; leave it out: %w", head.Columns[column], layers.ErrInvalid)
		}
		if assigned[column] = true; a.Target != toNothing {
			found[a.Target] = column
		}
	}
	for _, f := range fixFields {
		for column, name := range head.Columns {
			if found[f.name] >= 0 || assigned[column] || request.Unit != "" && f.name == "unit" {
				continue
			}
			if slices.ContainsFunc(f.names, func(known string) bool { return foldName(known) == foldName(name) }) {
				found[f.name], assigned[column] = column, true
			}
		}
	}
	for column, name := range head.Columns {
		target := ""
		for _, f := range fixFields {
			if found[f.name] == column {
				target = f.name
			}
		}
		if target == "" {
			out.LeftOut = append(out.LeftOut, name)
		} else {
			out.Used = append(out.Used, Mapped{Column: name, Field: target})
		}
	}
	var missing []string
	for _, need := range []string{"unit", "at", "lon", "lat"} {
		if found[need] < 0 && !(head.Geometry && (need == "lon" || need == "lat")) && !(need == "unit" && request.Unit != "") {
			missing = append(missing, need)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("no column is for %s; the columns are %s; name them as COLUMN=FIELD, or give the one unit with --unit: %w", strings.Join(missing, ", "), listColumns(head.Columns), layers.ErrInvalid)
	}
	return found, nil
}

func fixNames() string {
	var names []string
	for _, f := range fixFields {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// ReadFixes reads all of the file. Rows that are no fix are rejected with what is
// wrong and what to do; a file that cannot be read on is an error of kind
// layers.ErrInvalid.
func ReadFixes(ctx context.Context, request FixesRequest) (*Fixes, error) {
	one, err := format.Detect(request.File, request.Format)
	if err != nil {
		return nil, err
	}
	reader, err := one.Open(ctx, request.File)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", request.File.Name, err)
	}
	head, out := reader.Head(), &Fixes{CRS: geo.WGS84, Source: Assumed}
	for _, named := range []struct {
		text   string
		source CRSSource
	}{{head.CRS, Declared}, {request.CRS, Named}} {
		if named.text != "" {
			if out.CRS, err = ParseCRS(named.text); err != nil {
				return nil, err
			}
			out.Source = named.source
		}
	}
	columns, err := mapFixes(head, request, out)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", request.File.Name, err)
	}
	for {
		record, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", request.File.Name, err)
		}
		if out.Rows++; len(out.All) == MaxFixes {
			return nil, fmt.Errorf("%s has more than %d positions; split it by time: %w", request.File.Name, MaxFixes, layers.ErrInvalid)
		}
		row := fixRow{record, head.Columns, columns, request.Zone, nil}
		fix := row.read(request.Unit)
		if len(row.problems) == 0 {
			out.All = append(out.All, RowFix{record.Row, fix})
			continue
		}
		out.Reject(row.problems...)
	}
}

// Reject adds a row to those rejected.
func (f *Fixes) Reject(problems ...layers.Problem) {
	f.Rejected++
	if len(f.Rejects) < mostRejects {
		f.Rejects = append(f.Rejects, problems...)
	}
}

// fixRow is a row being read.
type fixRow struct {
	format.Record
	columns  []string
	of       fixColumns
	zone     *time.Location
	problems []layers.Problem
}

func (r *fixRow) text(field string) string {
	if k := r.of[field]; k >= 0 && k < len(r.Values) {
		return strings.TrimSpace(r.Values[k])
	}
	return ""
}

func (r *fixRow) blame(field, value string, w *layers.Wrong) {
	column := field
	if k := r.of[field]; k >= 0 {
		column = r.columns[k]
	}
	r.problems = append(r.problems, layers.Problem{Row: r.Row, Column: column, Fault: w.Fault, Cure: w.Cure, Value: shorten(value)})
}

// number is a measured number; NaN where there is none.
func (r *fixRow) number(field string) float64 {
	text := r.text(field)
	if text == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		r.blame(field, text, &layers.Wrong{Fault: "not a number", Cure: "write it with digits and a point, or leave it empty"})
		return math.NaN()
	}
	return v
}

func (r *fixRow) read(unit string) live.Fix {
	r.problems = append(r.problems, r.Problems...)
	f := live.Fix{Unit: unit, Speed: r.number("speed"), Heading: r.number("heading"), Accuracy: r.number("accuracy"), Battery: math.NaN()}
	if kmh := r.number("speed_kmh"); !math.IsNaN(kmh) {
		f.Speed = kmh / 3.6
	}
	if unit == "" {
		if f.Unit = r.text("unit"); f.Unit == "" || len(f.Unit) > 64 {
			r.blame("unit", f.Unit, &layers.Wrong{Fault: "names no unit", Cure: "write the unit's id, of at most 64 bytes"})
		}
	}
	var wrong *layers.Wrong
	if f.At, wrong = readMoment(r.text("at"), r.zone); wrong != nil {
		r.blame("at", r.text("at"), wrong)
	}
	if text := r.text("seq"); text != "" {
		seq, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			r.blame("seq", text, &layers.Wrong{Fault: "not a whole number", Cure: "write the device's own number, or leave it empty"})
		}
		f.Seq = seq
	}
	switch text := strings.ToLower(r.text("sos")); text {
	case "", "0", "false", "no", "否":
	case "1", "true", "yes", "是":
		f.SOS = true
	default:
		r.blame("sos", text, &layers.Wrong{Fault: "neither yes nor no", Cure: "write 1 or 0"})
	}
	r.place(&f)
	return f
}

func (r *fixRow) place(f *live.Fix) {
	switch g := plain(r.Geometry).(type) {
	case orb.Point:
		f.Point = g
	case nil:
		for k, field := range []string{"lon", "lat"} {
			if r.of[field] < 0 {
				r.blame(field, "", &layers.Wrong{Fault: "is missing", Cure: "give the place, or leave the row out"})
				return
			}
			v, wrong := parseDegrees(r.text(field))
			if wrong != nil {
				r.blame(field, r.text(field), wrong)
				return
			}
			f.Point[k] = v
		}
	default:
		r.problems = append(r.problems, layers.Problem{Row: r.Row, Fault: "is not a point", Cure: "give each position a row of its own"})
		return
	}
	if wrong := (placeCheck{}).globe(f.Point); wrong != nil {
		r.blame("lon", fmt.Sprintf("%g %g", f.Point[0], f.Point[1]), wrong)
	}
}

// momentForms are how times without a zone are written.
var momentForms = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006/01/02 15:04:05", "2006/1/2 15:04:05", "2006-01-02 15:04", "20060102150405"}

// readMoment reads a time: RFC 3339, one of the forms without a zone, or seconds
// or milliseconds since 1970.
func readMoment(text string, zone *time.Location) (time.Time, *layers.Wrong) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	for _, form := range momentForms {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at.UTC(), nil
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		switch {
		case n < 1e10:
			return time.Unix(n, 0).UTC(), nil
		case n < 1e13:
			return time.UnixMilli(n).UTC(), nil
		}
	}
	if text == "" {
		return time.Time{}, &layers.Wrong{Fault: "is missing", Cure: "give the moment of the position"}
	}
	return time.Time{}, &layers.Wrong{Fault: "not a time", Cure: "write 2016-09-30T08:15:00+08:00, 2016-09-30 08:15:00 in the city's zone, or seconds since 1970"}
}
