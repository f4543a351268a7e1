package mvttest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"sitmap/tiles/mvt"
)

// Foreign decodes tiles with mvt.Decode, orb, @mapbox/vector-tile in Node and
// GDAL, and fails the test where they disagree about layers, ids, types,
// properties or geometry. It gives what they agree on, for each tile.
//
// Give it many tiles at once: Node starts once, and GDAL for each layer of each
// tile, which takes it a tenth of a second. Where Node's packages or GDAL are
// missing the test fails and says the cure; with -short it is skipped.
func Foreign(t testing.TB, bodies ...[]byte) [][]Layer {
	t.Helper()
	modules := Modules(t)
	dir := t.TempDir()
	var files []string
	for i, body := range bodies {
		file := filepath.Join(dir, fmt.Sprintf("%d.mvt", i))
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	fromNode := node(t, filepath.Dir(modules), files)
	all := make([][]Layer, len(bodies))
	for i, body := range bodies {
		name := fmt.Sprintf("tile %d", i)
		layers, err := mvt.Decode(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ours := Forms(layers)
		all[i] = ours
		if theirs, err := Orb(body); err != nil {
			t.Errorf("%s: orb: %v", name, err)
		} else {
			report(t, name+": orb", Differences(ours, theirs))
		}
		if theirs := fromNode[i]; theirs.Error != "" {
			t.Errorf("%s: @mapbox/vector-tile: %s", name, theirs.Error)
		} else {
			report(t, name+": @mapbox/vector-tile", Differences(ours, theirs.Layers))
		}
		report(t, name+": GDAL", Differences(ours, gdal(t, files[i], ours)))
	}
	return all
}

// report shows the first differences; more of them say nothing new.
func report(t testing.TB, who string, differences []string) {
	t.Helper()
	const shown = 5
	for i, d := range differences {
		if i == shown {
			t.Errorf("%s: and %d more differences", who, len(differences)-shown)
			return
		}
		t.Errorf("%s: %s", who, d)
	}
}

// Differences lists, in words, where two decoders disagree. Versions and extents
// count where both tell them.
func Differences(ours, theirs []Layer) (all []string) {
	ours, theirs = byName(ours), byName(theirs)
	names := func(layers []Layer) (list []string) {
		for _, l := range layers {
			list = append(list, l.Name)
		}
		return list
	}
	if a, b := names(ours), names(theirs); !slices.Equal(a, b) {
		return []string{fmt.Sprintf("layers %q, we read %q", b, a)}
	}
	for i, a := range ours {
		b := theirs[i]
		differ := func(format string, args ...any) {
			all = append(all, fmt.Sprintf("layer %q, ", a.Name)+fmt.Sprintf(format, args...))
		}
		if b.Extent != 0 && (a.Version != b.Version || a.Extent != b.Extent) {
			differ("version %d and extent %d, we read %d and %d", b.Version, b.Extent, a.Version, a.Extent)
		}
		if len(a.Features) != len(b.Features) {
			differ("%d features, we read %d", len(b.Features), len(a.Features))
			continue
		}
		for j, f := range a.Features {
			compare(f, b.Features[j], func(what string, ours, theirs any) {
				differ("feature %d (id %.0f), %s: %v, we read %v", j, f.ID, what, theirs, ours)
			})
		}
	}
	return all
}

func compare(ours, theirs Feature, differ func(what string, ours, theirs any)) {
	if ours.HasID != theirs.HasID || ours.ID != theirs.ID {
		differ("id", ours.ID, theirs.ID)
	}
	if ours.Type != theirs.Type {
		differ("type", ours.Type, theirs.Type)
	}
	for key, value := range ours.Properties {
		other, there := theirs.Properties[key]
		if !there {
			differ(key, value, "absent")
		} else if !same(value, other) {
			differ(key, fmt.Sprintf("%T %[1]v", value), fmt.Sprintf("%T %[1]v", other))
		}
	}
	for key, value := range theirs.Properties {
		if _, there := ours.Properties[key]; !there {
			differ(key, "absent", value)
		}
	}
	if !slices.Equal(ours.Shape.Points, theirs.Shape.Points) {
		differ("points", ours.Shape.Points, theirs.Shape.Points)
	}
	if !slices.EqualFunc(ours.Shape.Lines, theirs.Shape.Lines, slices.Equal) {
		differ("lines", ours.Shape.Lines, theirs.Shape.Lines)
	}
	if !slices.EqualFunc(ours.Shape.Polygons, theirs.Shape.Polygons, func(a, b mvt.Rings) bool { return slices.EqualFunc(a, b, slices.Equal) }) {
		differ("polygons", ours.Shape.Polygons, theirs.Shape.Polygons)
	}
}

// printed is what GDAL writes: a number in decimal digits, which may have been
// made from a float of 32 bits, or the text of one where the key also has texts.
type printed string

// same compares values; whole numbers exactly, also when printed.
func same(ours, theirs any) bool {
	text, ok := theirs.(printed)
	if !ok {
		return ours == theirs || isNaN(ours) && isNaN(theirs)
	}
	want, isNumber := ours.(float64)
	if !isNumber {
		return fmt.Sprint(ours) == string(text)
	}
	got, err := strconv.ParseFloat(string(text), 64)
	return err == nil && (got == want || want != math.Trunc(want) && math.Abs(got-want) <= 1e-7*math.Abs(want))
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}
