package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// The town of the tests: one city of two counties side by side, and a second
// city far away with code lists of its own. Every village has features on
// every layer; each feature of a layer that is not open to all carries a word
// that names its county and stands nowhere else, so that a single foreign byte
// in an answer is found.

// place is an area of the town.
type place struct {
	code, parent string
	level        layers.Level
	box          orb.Bound
	each         int // features on each layer; villages only
}

func box(west, south, east, north float64) orb.Bound {
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

const (
	city, county, sibling, township = "6206", "620602", "620622", "620602001"
	otherCity, foreign              = "6207", "620702"
)

var places = []place{
	{city, "", layers.City, box(102, 37, 103, 38), 0},
	{county, city, layers.County, box(102, 37, 102.5, 38), 0},
	{township, county, layers.Township, box(102, 37, 102.5, 38), 0},
	{"620602001001", township, layers.Village, box(102, 37, 102.5, 37.5), 1},
	{"620602001002", township, layers.Village, box(102, 37.5, 102.5, 38), 1},
	{sibling, city, layers.County, box(102.5, 37, 103, 38), 0},
	{"620622001", sibling, layers.Township, box(102.5, 37, 103, 38), 0},
	{"620622001001", "620622001", layers.Village, box(102.5, 37, 103, 37.5), 2},
	{"620622001002", "620622001", layers.Village, box(102.5, 37.5, 103, 38), 4},
	{otherCity, "", layers.City, box(100, 38, 101, 39), 0},
	{foreign, otherCity, layers.County, box(100, 38, 101, 39), 0},
	{"620702001", foreign, layers.Township, box(100, 38, 101, 39), 0},
	{"620702001001", "620702001", layers.Village, box(100, 38, 101, 39), 5},
}

// inCounty is how many features each layer has in a county: 2, 6 and 5, so
// that every sum of them is told apart.
func inCounty(code string) (n int64) {
	for _, p := range places {
		if strings.HasPrefix(p.code, code) {
			n += int64(p.each)
		}
	}
	return n
}

// secret is the word of a county.
func secret(county string) string { return "SECRET" + county }

// ownCategories is the code list that the second city brings for its disputes.
var ownCategories = layers.Codebook{"category": {
	{Value: "A1", Title: layers.Text{Zh: "甲类", En: "kind one"}, Tone: layers.K1},
}}

// townURL is a database with the town in it.
func townURL(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, "api town "+thisProgram(t), func(ctx context.Context, url string) error {
		store, err := postgis.Open(ctx, url, catalog.All)
		if err != nil {
			return err
		}
		defer store.Close()
		return fillTown(ctx, store)
	})
}

// thisProgram names the compiled tests, and with them the fill and migrations.
func thisProgram(t testing.TB) string {
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(program)
	return hex.EncodeToString(sum[:])
}

func fillTown(ctx context.Context, store *postgis.Store) error {
	var areas []layers.Staged
	for i, p := range places {
		areas = append(areas, layers.Staged{Row: i + 1, Feature: areaOf(p)})
	}
	if err := importBatch(ctx, store, layers.Batch{Layer: "area", File: "areas.geojson"}, areas); err != nil {
		return err
	}
	// The grids lie below the villages, so they come first.
	order := slices.Clone(catalog.All)
	slices.SortStableFunc(order, func(a, b layers.Layer) int { return rank(a) - rank(b) })
	for _, l := range order {
		if l.ID == "area" {
			continue
		}
		for _, code := range []string{city, otherCity} {
			batch := layers.Batch{Layer: l.ID, City: code, File: l.ID + "-" + code + ".geojson", Synthetic: true}
			if code == otherCity && l.ID == "dispute" {
				batch.Codes = ownCategories
			}
			if err := importBatch(ctx, store, batch, featuresOf(l, code)); err != nil {
				return fmt.Errorf("layer %s of %s: %w", l.ID, code, err)
			}
		}
	}
	return nil
}

func rank(l layers.Layer) int {
	if l.ID == "grid" {
		return 0
	}
	return 1
}

// importBatch stores everything, with one row too many that is rejected: its
// value names the city the file came from.
func importBatch(ctx context.Context, store *postgis.Store, b layers.Batch, staged []layers.Staged) error {
	batch, err := store.Begin(ctx, b)
	if err != nil {
		return err
	}
	if err := batch.Put(ctx, staged); err != nil {
		return err
	}
	problems, err := batch.Check(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("the town is not sound: %v", problems)
	}
	if b.City == otherCity {
		if err := batch.Reject(ctx, []layers.Problem{{Row: 99, Column: "name", Fault: "is wrong", Cure: "write it anew", Value: secret(foreign)}}); err != nil {
			return err
		}
	}
	_, err = batch.Apply(ctx)
	return err
}

func areaOf(p place) layers.Feature {
	props := map[string]any{"code": p.code, "name": "地" + p.code, "level": string(p.level)}
	if p.parent != "" {
		props["parent"] = p.parent
	}
	if p.level == layers.City {
		props["time_zone"] = "Asia/Shanghai"
	}
	return layers.Feature{ID: p.code, Geometry: orb.MultiPolygon{p.box.ToPolygon()}, Properties: props, Synthetic: true}
}

// featuresOf are the layer's features in one city.
func featuresOf(l layers.Layer, city string) []layers.Staged {
	var staged []layers.Staged
	for _, p := range places {
		if p.level != layers.Village || !strings.HasPrefix(p.code, city) {
			continue
		}
		for i := range p.each {
			f := layers.Feature{ID: idOf(l, p, i), Geometry: shapeOf(l, p, i), Properties: propertiesOf(l, p), Synthetic: true}
			staged = append(staged, layers.Staged{Row: len(staged) + 1, Feature: f})
		}
	}
	return staged
}

func idOf(l layers.Layer, p place, i int) string {
	switch l.ID {
	case "grid":
		return fmt.Sprintf("%s%03d", p.code, i+1)
	case "camera": // GB/T 28181: centre, trade, kind 132, network, number
		return fmt.Sprintf("%s%s13200%s%02d", p.code[:6], "0001", p.code[9:], i+1)
	}
	if l.Access == layers.Open {
		return fmt.Sprintf("%s-%s-%d", l.ID, p.code, i)
	}
	return fmt.Sprintf("%s-%s-%s-%d", secret(p.code[:6]), l.ID, p.code, i)
}

// shapeOf puts the features of a village in a row, well inside it.
func shapeOf(l layers.Layer, p place, i int) orb.Geometry {
	at := orb.Point{p.box.Min[0] + 0.05 + 0.06*float64(i), p.box.Center()[1]}
	small := box(at[0], at[1], at[0]+0.03, at[1]+0.03)
	switch l.Geometry {
	case layers.Lines:
		return orb.LineString{small.Min, small.Max}
	case layers.Polygons:
		return orb.Polygon{small.ToPolygon()[0]}
	case layers.Mixed:
		if i%2 == 1 {
			return orb.Polygon{small.ToPolygon()[0]}
		}
	}
	return at
}

func propertiesOf(l layers.Layer, p place) map[string]any {
	props := map[string]any{}
	for _, f := range l.Fields {
		switch f.Type {
		case layers.String:
			props[f.Name] = secret(p.code[:6])
			if l.Access == layers.Open {
				props[f.Name] = "open"
			}
		case layers.Integer:
			props[f.Name] = int64(max(1, least(f)))
		case layers.Number:
			props[f.Name] = max(1, least(f))
		case layers.Boolean:
			props[f.Name] = true
		case layers.Date:
			props[f.Name] = "2016-09-15"
		case layers.Time:
			props[f.Name] = moments[f.Name]
		default:
			props[f.Name] = f.List[0].Value
		}
	}
	if l.ID == "dispute" && strings.HasPrefix(p.code, otherCity) {
		props["category"] = "A1"
	}
	return props
}

// moments are the life of every dispute. In the first city it began on the last
// day of September 2016, by the clock of that place.
var moments = map[string]any{
	"found_at": "2016-09-30T01:00:00Z", "resolved_at": "2016-10-03T01:00:00Z",
	"closed_at": "2016-10-04T01:00:00Z", "deadline_at": "2016-10-30T01:00:00Z",
}

func least(f layers.Field) float64 {
	if f.Min == nil {
		return 0
	}
	return *f.Min
}
