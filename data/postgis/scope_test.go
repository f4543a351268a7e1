package postgis_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
)

// ids lists what a reader gets.
func ids(t *testing.T, s *postgis.Store, id string, q layers.Query, scope access.Scope) []string {
	t.Helper()
	var list []string
	err := s.Features(t.Context(), layer(t, id), q, scope, func(f layers.Feature) error {
		list = append(list, f.ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// decoded is the features of a tile, none for an empty one.
func decoded(t *testing.T, s *postgis.Store, id string, tile maptile.Tile, q layers.Query, scope access.Scope) mvt.Layer {
	t.Helper()
	body, err := s.EncodeTile(t.Context(), layer(t, id), tile, q, scope)
	if err != nil {
		t.Fatal(err)
	}
	all, err := mvt.Unmarshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return mvt.Layer{}
	}
	if len(all) != 1 || all[0].Name != id || all[0].Version != 2 || all[0].Extent != 4096 {
		t.Fatalf("the tile of %s is not one layer of that name, version 2 and extent 4096", id)
	}
	return *all[0]
}

// Every read of a scoped or protected layer, asked for by a reader of the western
// county with the widest question, gives the west and nothing of the east.
func TestReadsStayInsideTheScope(t *testing.T) {
	s := city(t)
	world := orb.Bound{Min: orb.Point{-180, -80}, Max: orb.Point{180, 80}}
	widest := layers.Query{Bounds: &world, Within: orb.MultiPolygon{rect(100, 30, 110, 45)}, Area: &layers.Everywhere}
	for id, canary := range map[string]string{
		"grid": "620622100200001", "camera": "62060200001320000399", "key_area": "k2", "dispute": "D0001",
	} {
		l := layer(t, id)
		whole := ids(t, s, id, layers.Query{}, all)
		if !slices.Contains(whole, canary) {
			t.Fatalf("%s: the canary %s is not stored", id, canary)
		}
		mine := ids(t, s, id, widest, west)
		if len(mine) == 0 || len(mine) >= len(whole) || slices.Contains(mine, canary) {
			t.Errorf("%s: %d of %d features, the canary among them: %v", id, len(mine), len(whole), slices.Contains(mine, canary))
		}
		if n, err := s.Count(t.Context(), l, widest, west); err != nil || n != int64(len(mine)) {
			t.Errorf("%s: counts %d and lists %d (%v)", id, n, len(mine), err)
		}
		if _, err := s.Feature(t.Context(), l, canary, west); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("%s: the canary by id gives %v, want not found", id, err)
		}
		if _, err := s.Feature(t.Context(), l, canary, east); err != nil {
			t.Errorf("%s: the canary in its own county: %v", id, err)
		}
		totals, err := s.Totals(t.Context(), l, widest, west)
		if err != nil || totals.Count != int64(len(mine)) {
			t.Errorf("%s: totals of %d, want %d (%v)", id, totals.Count, len(mine), err)
		}
		if got := counted(decoded(t, s, id, maptile.New(0, 0, 0), layers.Query{}, west)); got > len(mine) {
			t.Errorf("%s: %d features in the tile of the world, want at most %d", id, got, len(mine))
		}
		for _, f := range decoded(t, s, id, maptile.At(orb.Point{103.6, 38.3}, 11), layers.Query{}, west).Features {
			t.Errorf("%s: a tile of the eastern county holds %v", id, f.Properties)
		}
	}
}

// counted is the features of a tile layer, clusters by what they count.
func counted(l mvt.Layer) (n int) {
	for _, f := range l.Features {
		if f.Properties["cluster"] == true {
			n += int(f.Properties.MustFloat64("count"))
		} else {
			n++
		}
	}
	return n
}

func TestOpenLayersAreSeenByAll(t *testing.T) {
	s := city(t)
	for id, want := range map[string]int{"area": 15, "road": 3} {
		for _, scope := range []access.Scope{west, {}} {
			if got := len(ids(t, s, id, layers.Query{}, scope)); got != want {
				t.Errorf("%s: %d features for %+v, want all %d", id, got, scope, want)
			}
		}
	}
}

func TestZeroScopeSeesNothingScoped(t *testing.T) {
	s := city(t)
	if got := ids(t, s, "camera", layers.Query{}, access.Scope{}); len(got) != 0 {
		t.Errorf("nobody sees %d cameras", len(got))
	}
	if cities, err := s.Cities(t.Context(), access.User{Role: access.Device}.Scope()); err != nil || len(cities) != 0 {
		t.Errorf("a device sees the cities %v (%v)", cities, err)
	}
}

func TestCasesAreForCaseRightsOnly(t *testing.T) {
	s := city(t)
	l, leader := layer(t, "dispute"), access.Scope{Area: layers.Everywhere}
	_, featureErr := s.Feature(t.Context(), l, "D0001", leader)
	_, countErr := s.Count(t.Context(), l, layers.Query{}, leader)
	_, totalsErr := s.Totals(t.Context(), l, layers.Query{}, leader)
	_, spanErr := s.Span(t.Context(), l, leader)
	_, tileErr := s.EncodeTile(t.Context(), l, maptile.New(100, 49, 7), layers.Query{}, leader)
	listErr := s.Features(t.Context(), l, layers.Query{}, leader, func(layers.Feature) error { t.Error("handed out a case"); return nil })
	for what, err := range map[string]error{"feature": featureErr, "count": countErr, "totals": totalsErr, "span": spanErr, "tile": tileErr, "list": listErr} {
		if !errors.Is(err, layers.ErrDenied) {
			t.Errorf("%s: %v, want denied", what, err)
		}
	}
}

// A village shows its grids to those who answer for it, and its name to all.
func TestAreaNodeListsGridsInsideTheScope(t *testing.T) {
	s := city(t)
	const village = "620622100200"
	mine, err := s.AreaNode(t.Context(), village, east)
	if err != nil || len(mine.Children) != 4 || mine.Children[0].Level != layers.GridArea {
		t.Errorf("the village has the children %v (%v), want its 4 grids", mine.Children, err)
	}
	for foreign, scope := range map[string]access.Scope{village: west, "620621100200": east, "620621101201": {}} {
		theirs, err := s.AreaNode(t.Context(), foreign, scope)
		if err != nil || len(theirs.Children) != 0 {
			t.Errorf("the foreign village %s shows %v (%v)", foreign, theirs.Children, err)
		}
	}
	if _, err := s.AreaNode(t.Context(), village+"001", west); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("a foreign grid gives %v, want not found", err)
	}
	var path []string
	grid, err := s.AreaNode(t.Context(), village+"001", east)
	for _, a := range grid.Path {
		path = append(path, a.Code)
	}
	if want := []string{"6206", "620622", "620622100", village, village + "001"}; err != nil || !slices.Equal(path, want) {
		t.Errorf("the grid's path is %v (%v), want %v", path, err, want)
	}
	if len(grid.Siblings) != 3 {
		t.Errorf("the grid has %d siblings, want 3", len(grid.Siblings))
	}
}

func TestSearchStaysInsideTheScope(t *testing.T) {
	s := city(t)
	found, err := s.Search(t.Context(), "62060200001320000399", 10, west)
	if err != nil || len(found) != 0 {
		t.Errorf("found %v (%v) of another county", found, err)
	}
	found, err = s.Search(t.Context(), "D0001", 10, all)
	if err != nil || len(found) != 0 {
		t.Errorf("found the case %v (%v)", found, err)
	}
}
