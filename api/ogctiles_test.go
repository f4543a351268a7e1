package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// ogcPath is the same tile as tilePath, as OGC API – Tiles writes it: the row
// before the column.
func ogcPath(l layers.Layer, code string, zoom int) string {
	at := tileIn(tilePath(l, code, zoom))
	return fmt.Sprintf("/ogc/collections/%s/tiles/WebMercatorQuad/%d/%d/%d", l.ID, at.Z, at.Y, at.X)
}

// tileIn is the tile that a path of /tiles names.
func tileIn(path string) (at maptile.Tile) {
	_, address, _ := strings.Cut(strings.TrimPrefix(path, "/tiles/"), "/")
	if _, err := fmt.Sscanf(address, "%d/%d/%d.mvt", &at.Z, &at.X, &at.Y); err != nil {
		panic(err)
	}
	return at
}

// WebMercatorQuad is what its definition in OGC 17-083r4 says: a square of the
// equator's length (radius 6378137 m), halved from matrix to matrix, 256 cells
// across a tile, scales at the standard's pixel of 0.28 mm.
func TestTheTileMatrixSet(t *testing.T) {
	d := open(t)
	var set struct {
		ID, CRS, URI string
		OrderedAxes  []string
		TileMatrices []struct {
			ID                         string
			ScaleDenominator, CellSize float64
			CornerOfOrigin             string
			PointOfOrigin              [2]float64
			TileWidth, TileHeight      int
			MatrixWidth, MatrixHeight  int
		}
	}
	d.into(chief, "/ogc/tileMatrixSets/WebMercatorQuad", &set)
	if set.ID != "WebMercatorQuad" || set.CRS != "http://www.opengis.net/def/crs/EPSG/0/3857" || len(set.TileMatrices) != 23 || !slices.Equal(set.OrderedAxes, []string{"X", "Y"}) {
		t.Fatalf("%+v", set)
	}
	near := func(a, b float64) bool { return math.Abs(a/b-1) < 1e-14*8 } // the annex prints 15 digits
	for z, m := range set.TileMatrices {
		side := 2 * math.Pi * 6378137
		cell := side / 256 / math.Exp2(float64(z))
		if m.ID != fmt.Sprint(z) || !near(m.CellSize, cell) || !near(m.ScaleDenominator, cell/0.00028) || m.CornerOfOrigin != "topLeft" ||
			!near(m.PointOfOrigin[0], -side/2) || !near(m.PointOfOrigin[1], side/2) || m.TileWidth != 256 || m.TileHeight != 256 || m.MatrixWidth != 1<<z || m.MatrixHeight != 1<<z {
			t.Errorf("matrix %d is %+v, its cell is %.15g m", z, m, cell)
		}
	}
	if got := d.get(chief, "/ogc/tileMatrixSets/WorldCRS84Quad"); got.status != 404 {
		t.Errorf("a set that is not served: %d", got.status)
	}
}

// described tileset, as a client reads it.
type tilesetAnswer struct {
	Title, DataType, CRS, TileMatrixSetURI string
	TileMatrixSetLimits                    []struct {
		TileMatrix                                     string
		MinTileRow, MaxTileRow, MinTileCol, MaxTileCol uint32
	}
	BoundingBox struct{ LowerLeft, UpperRight [2]float64 }
	Layers      []struct {
		ID                string
		DataType          string
		GeometryDimension *int
		PropertiesSchema  struct {
			Properties map[string]struct {
				Type string
				Enum []string
			}
		}
		Links []struct{ Href, Rel string }
	}
	Links []struct {
		Href, Rel, Type string
		Templated       bool
	}
}

func (d *door) into(w who, path string, v any) {
	d.t.Helper()
	got := d.get(w, path)
	if err := json.Unmarshal(got.body, v); err != nil || got.status != 200 {
		d.t.Fatalf("%s: %d %v %.300s", path, got.status, err, got.body)
	}
}

// A tileset describes its tiles: limits are the tiles that the reader's own
// bounds meet (orb says which), properties are those that features carry, links
// lead somewhere, and the template leads to the tiles.
func TestTheTileset(t *testing.T) {
	d := open(t)
	for _, path := range []string{"/ogc/tiles", "/ogc/collections/camera/tiles", "/ogc/collections/grid/tiles"} {
		list := d.get(analyst, path).json(t)["tilesets"].([]any)[0].(map[string]any)
		if list["dataType"] != "vector" || list["tileMatrixSetURI"] == "" || list["crs"] == "" {
			t.Errorf("%s lists %v", path, list)
		}
		var set tilesetAnswer
		d.into(analyst, path+"/WebMercatorQuad", &set)
		for _, l := range set.TileMatrixSetLimits {
			z := maptile.Zoom(0)
			fmt.Sscan(l.TileMatrix, &z)
			low, high := maptile.At(orb.Point{102, 37}, z), maptile.At(orb.Point{102.5, 38}, z)
			if path != "/ogc/tiles" && (l.MinTileCol != low.X || l.MaxTileCol != high.X || l.MinTileRow != high.Y || l.MaxTileRow != low.Y) {
				t.Errorf("%s at %d: %+v, want columns %d to %d, rows %d to %d", path, z, l, low.X, high.X, high.Y, low.Y)
			}
		}
		for _, l := range set.Links {
			at := tileIn(tilePath(catalog.Camera, county, 11))
			path := strings.TrimPrefix(strings.NewReplacer("{tileMatrix}", "11", "{tileRow}", fmt.Sprint(at.Y), "{tileCol}", fmt.Sprint(at.X)).Replace(l.Href), d.url)
			got := d.get(analyst, path)
			if got.status != 200 || strings.TrimSuffix(got.header.Get("Content-Type"), "; charset=utf-8") != l.Type || l.Templated != (l.Rel == "item") {
				t.Errorf("%+v: %d %s", l, got.status, got.header.Get("Content-Type"))
			}
			if l.Rel == "item" && len(got.body) == 0 {
				t.Errorf("%s is empty", path)
			}
		}
	}
	var cameras tilesetAnswer
	d.into(analyst, "/ogc/collections/camera/tiles/WebMercatorQuad", &cameras)
	l := cameras.Layers[0]
	p := l.PropertiesSchema.Properties
	if cameras.TileMatrixSetLimits[0].TileMatrix != "6" || len(cameras.TileMatrixSetLimits) != 11 || *l.GeometryDimension != 0 ||
		p["count"].Type != "integer" || p["n_faulty"].Type != "integer" || p["cluster"].Type != "boolean" || !slices.Contains(p["state"].Enum, "offline") || p["owner"].Type != "" {
		t.Errorf("%+v", cameras)
	}
}

// Every property that a tile carries is described, with its type; tiles of
// zooms with clusters and of zooms without are looked at.
func TestTilesCarryWhatIsDescribed(t *testing.T) {
	d := open(t)
	for _, w := range []who{chief, {access.Analyst, foreign}} {
		for _, l := range catalog.All {
			var set tilesetAnswer
			d.into(w, "/ogc/collections/"+l.ID+"/tiles/WebMercatorQuad", &set)
			var doc struct {
				VectorLayers []struct{ Fields map[string]string } `json:"vector_layers"`
			}
			d.into(w, "/tiles/"+l.ID+".json", &doc)
			for zoom := max(8, l.Zoom.Min); zoom <= l.Zoom.Max; zoom += 4 {
				got := d.get(w, tilePath(l, foreign, zoom))
				decoded, err := mvt.Unmarshal(got.body)
				if err != nil || len(decoded) != 1 && zoom > 8 {
					t.Fatalf("%s at %d: %d layers, %v", l.ID, zoom, len(decoded), err)
				}
				for _, layer := range decoded {
					for _, f := range layer.Features {
						for name, value := range f.Properties {
							kind := fmt.Sprintf("%T", value)
							want := map[string]string{"String": "string", "Number": "float64", "Boolean": "bool"}[doc.VectorLayers[0].Fields[name]]
							if want != kind || set.Layers[0].PropertiesSchema.Properties[name].Type == "" {
								t.Errorf("%s at %d: property %s is a %s, described as %q", l.ID, zoom, name, kind, want)
							}
						}
					}
				}
			}
		}
	}
	// The second city counts by a code list of its own.
	var doc struct {
		VectorLayers []struct{ Fields map[string]string } `json:"vector_layers"`
	}
	d.into(who{access.Analyst, otherCity}, "/tiles/dispute.json", &doc)
	if f := doc.VectorLayers[0].Fields; f["n_A1"] != "Number" || len(f) == 0 || f["n_neighbour"] != "" {
		t.Errorf("the own code list is not there alone: %v", f)
	}
}

// One tile, two addresses: the bytes are those of /tiles, filters and all.
func TestOGCTilesAreTheTiles(t *testing.T) {
	d := open(t)
	for _, l := range catalog.All {
		for _, query := range []string{"", "?area=" + county} {
			for _, zoom := range []int{9, 14} {
				want, got := d.get(analyst, tilePath(l, county, zoom)+query), d.get(analyst, ogcPath(l, county, zoom)+query)
				if got.status != 200 || !bytes.Equal(got.body, want.body) || len(got.body) == 0 && zoom == 14 {
					t.Errorf("%s%s at %d: %d with %d bytes, want %d", l.ID, query, zoom, got.status, len(got.body), len(want.body))
				}
			}
		}
	}
	tile := tileIn(tilePath(catalog.Camera, county, 11))
	at, row := fmt.Sprintf("/11/%d/%d.mvt", tile.X, tile.Y), fmt.Sprintf("/ogc/tiles/WebMercatorQuad/11/%d/%d", tile.Y, tile.X)
	for query, path := range map[string]string{
		"":                         "/tiles/" + strings.Join(catalog.All.IDs(), ",") + at,
		"?collections=camera,grid": "/tiles/grid,camera" + at,
		"?collections=" + d.url + "/ogc/collections/camera":             "/tiles/camera" + at,
		"?collections=camera&state=faulty":                              "/tiles/camera" + at + "?state=faulty",
		"?collections=dispute&datetime=2016-10-01/2016-11-01":           "/tiles/dispute" + at + "?datetime=2016-10-01/2016-11-01",
		"?f=mvt&collections=" + d.url + "/ogc/collections/grid/,camera": "/tiles/grid,camera" + at,
	} {
		want, got := d.get(analyst, path), d.get(analyst, row+query)
		if got.status != 200 || !bytes.Equal(got.body, want.body) || want.status != 200 {
			t.Errorf("%s: %d with %d bytes, want %d with %d", query, got.status, len(got.body), want.status, len(want.body))
		}
	}
	first := d.get(analyst, row)
	if again := d.get(analyst, row, "If-None-Match", first.header.Get("ETag")); again.status != 304 {
		t.Errorf("unchanged: %d", again.status)
	}
	// A role without case rights gets the data set without cases, not a refusal.
	viewer := who{access.Viewer, county}
	decoded, err := mvt.Unmarshal(d.get(viewer, row).body)
	if err != nil || len(decoded) < 5 || slices.ContainsFunc(decoded, func(l *mvt.Layer) bool { return l.Name == "dispute" }) {
		t.Errorf("%d layers, %v", len(decoded), err)
	}
	if got := d.get(viewer, row+"?collections=dispute"); got.status != 403 {
		t.Errorf("asked for cases: %d", got.status)
	}
}

// Beyond the limits there is no tile; inside them an empty one is no fault
// (OGC 20-057, requirement /req/core/tc-error).
func TestBeyondTheLimits(t *testing.T) {
	d := open(t)
	const tiles = "/ogc/collections/camera/tiles/WebMercatorQuad"
	empty := maptile.At(orb.Point{102.4, 37.02}, 14) // inside the county, far from every camera
	for path, want := range map[string]int{
		fmt.Sprintf("/14/%d/%d", empty.Y, empty.X): 200,
		"/9/401/198":       404, // column and row the wrong way round
		"/9/198/400":       404, // the county's neighbour
		"/5/12/25":         404, // before the first zoom
		"/17/50806/102690": 404, // after the last
		"/2/4/0":           404, // no such row at that matrix
		"/23/0/0":          400,
		"/x/0/0":           400,
		"/9/198/-1":        400,
		"/9/198/401?f=png": 400,
		"/9/198/401?g=1":   400,
	} {
		got := d.get(analyst, tiles+path)
		if got.status != want || want == 200 && (len(got.body) != 0 || got.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile") {
			t.Errorf("%s: %d with %d bytes, want %d", path, got.status, len(got.body), want)
		}
	}
	for path, want := range map[string]int{
		"/ogc/tiles/WorldCRS84Quad/9/198/401": 404, "/ogc/tiles/WorldCRS84Quad": 404, "/ogc/collections/persons/tiles": 404,
		"/ogc/tiles/WebMercatorQuad?collections=persons": 400, "/ogc/tiles/WebMercatorQuad?collections=camera,camera": 400,
		"/ogc/tiles/WebMercatorQuad?collections=,": 400, "/ogc/tiles/WebMercatorQuad?collections=http://elsewhere/ogc/collections/camera": 400,
		"/ogc/tiles?f=html": 400, "/ogc/tiles/?f=json": 200, "/ogc/tiles/WebMercatorQuad/?collections=camera": 200, "/ogc/tileMatrixSets/": 200,
	} {
		if got := d.get(analyst, path); got.status != want {
			t.Errorf("%s: %d, want %d: %.200s", path, got.status, want, got.body)
		}
	}
}

// What the client does not take is not sent.
func TestTheFormIsNegotiated(t *testing.T) {
	d := open(t)
	const tile = "/ogc/tiles/WebMercatorQuad/9/198/401"
	for _, c := range []struct {
		path, accept string
		want         int
	}{
		{tile, "application/vnd.mapbox-vector-tile", 200}, {tile, "*/*", 200}, {tile, "image/png", 406}, {tile + "?f=mvt", "image/png", 200},
		{"/ogc/tiles", "application/geo+json, application/json", 200}, {"/ogc/tiles", "text/html,application/xhtml+xml,*/*;q=0.8", 200},
		{"/ogc/tiles", "text/html", 406}, {"/ogc/tiles?f=json", "text/html", 200}, {"/ogc/tileMatrixSets/WebMercatorQuad", "application/json;q=0, */*", 406},
	} {
		if got := d.get(analyst, c.path, "Accept", c.accept); got.status != c.want {
			t.Errorf("%s as %s: %d, want %d", c.path, c.accept, got.status, c.want)
		}
	}
}

// A style leads to the TileJSON of its layers; a role without case rights gets
// the map without cases.
func TestStyles(t *testing.T) {
	d := open(t)
	var s struct {
		Version int
		Sources map[string]struct{ Type, URL string }
		Layers  []struct {
			ID          string
			SourceLayer string `json:"source-layer"`
		}
	}
	for path, want := range map[string]string{"/styles/map.json": strings.Join(catalog.All.IDs(), ","), "/styles/camera,grid.json?theme=dark": "camera,grid"} {
		d.into(analyst, path, &s)
		source := s.Sources["sitmap"]
		if s.Version != 8 || source.Type != "vector" || source.URL != d.url+"/tiles/"+want+".json" {
			t.Errorf("%s: %+v", path, s.Sources)
		}
		if got := d.get(analyst, strings.TrimPrefix(source.URL, d.url)); got.status != 200 {
			t.Errorf("%s leads to %d", path, got.status)
		}
	}
	d.into(who{access.Viewer, county}, "/styles/map.json", &s)
	for _, rule := range s.Layers {
		if rule.SourceLayer == "dispute" {
			t.Errorf("a viewer's style draws cases: %s", rule.ID)
		}
	}
	if strings.Contains(s.Sources["sitmap"].URL, "dispute") {
		t.Errorf("a viewer's style asks for cases: %s", s.Sources["sitmap"].URL)
	}
	for path, want := range map[string]int{"/styles/dispute.json": 403, "/styles/persons.json": 404, "/styles/map.json?theme=pink": 400, "/styles/camera,camera.json": 400} {
		if got := d.get(who{access.Viewer, county}, path); got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
	}
}
