package api

import (
	"context"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/tiles"
)

// tilesetItem is a tileset in a list of them.
type tilesetItem struct {
	Title        string `json:"title"`
	DataType     string `json:"dataType"`
	CRS          string `json:"crs"`
	MatrixSetURI string `json:"tileMatrixSetURI"`
	Links        []link `json:"links"`
}

// tilesetBody is the metadata of a tileset (OGC 17-083r4, clause 7).
type tilesetBody struct {
	Title        string         `json:"title"`
	Description  string         `json:"description,omitempty"`
	Attribution  string         `json:"attribution,omitempty"`
	DataType     string         `json:"dataType"`
	CRS          string         `json:"crs"`
	MatrixSetURI string         `json:"tileMatrixSetURI"`
	Limits       []matrixLimits `json:"tileMatrixSetLimits"`
	BoundingBox  *boundingBox   `json:"boundingBox,omitempty"`
	CenterPoint  *centerPoint   `json:"centerPoint,omitempty"`
	Updated      *time.Time     `json:"updated,omitempty"`
	MediaTypes   []string       `json:"mediaTypes"`
	Layers       []tilesetLayer `json:"layers"`
	Links        []tileLink     `json:"links"`
}

// tileLink is a link that may be a template.
type tileLink struct {
	link
	Templated bool `json:"templated,omitempty"`
}

type boundingBox struct {
	LowerLeft   [2]float64 `json:"lowerLeft"`
	UpperRight  [2]float64 `json:"upperRight"`
	CRS         string     `json:"crs"`
	OrderedAxes []string   `json:"orderedAxes"`
}

type centerPoint struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	TileMatrix  string     `json:"tileMatrix"`
}

// tilesetLayer is a layer of the tiles and what its features carry.
type tilesetLayer struct {
	ID               string           `json:"id"`
	Title            string           `json:"title"`
	Description      string           `json:"description"`
	DataType         string           `json:"dataType"`
	Dimension        *int             `json:"geometryDimension,omitempty"` // none where they are mixed
	CRS              string           `json:"crs"`
	MinTileMatrix    string           `json:"minTileMatrix"`
	MaxTileMatrix    string           `json:"maxTileMatrix"`
	BoundingBox      *boundingBox     `json:"boundingBox,omitempty"`
	Updated          *time.Time       `json:"updated,omitempty"`
	PropertiesSchema propertiesSchema `json:"propertiesSchema"`
	Links            []link           `json:"links"`
}

type propertiesSchema struct {
	Type       string               `json:"type"`
	Properties map[string]queryable `json:"properties"`
}

// describeTileset answers with the metadata of a tileset.
func (s *Server) describeTileset(of tilesetOf) handler {
	return func(ctx context.Context, r *request) error {
		base, err := r.asJSON()
		if err != nil {
			return err
		}
		if err := r.knowsMatrixSet(); err != nil {
			return err
		}
		set, err := of(r, base)
		if err != nil {
			return err
		}
		carried, known, err := s.carried(ctx, r, set.layers)
		if err != nil {
			return err
		}
		d := s.describe(carried, known, base)
		at := set.address + "/" + matrixSetID
		body := tilesetBody{
			Title: set.title, Description: d.Description, Attribution: d.Attribution, DataType: "vector", CRS: webMercator, MatrixSetURI: matrixSetURI,
			Limits: limitsOf(carried, known), MediaTypes: []string{typeTile}, Layers: []tilesetLayer{},
			Links: []tileLink{
				{link{at + set.query, "self", "application/json", "this tileset"}, false},
				{link{at + "/{tileMatrix}/{tileRow}/{tileCol}" + set.as("mvt"), "item", typeTile, "its tiles"}, true},
				{link{matrixSetAddress(base), relTilingScheme, "application/json", "its tile matrix set"}, false},
				{link{base + "/tiles/" + joinIDs(carried) + ".json", "alternate", "application/json", "TileJSON 3.0"}, false},
				{link{base + "/styles/" + joinIDs(carried) + ".json", "stylesheet", typeStyle, "a MapLibre style"}, false},
			},
		}
		if d.Bounds != nil {
			body.BoundingBox = boxed(orb.Bound{Min: orb.Point{d.Bounds[0], d.Bounds[1]}, Max: orb.Point{d.Bounds[2], d.Bounds[3]}})
			body.CenterPoint = &centerPoint{[2]float64{d.Center[0], d.Center[1]}, crs84, strconv.Itoa(int(d.Center[2]))}
		}
		for _, l := range carried {
			layer := describeTilesetLayer(l, known[l.ID], base)
			if layer.Updated != nil && (body.Updated == nil || layer.Updated.After(*body.Updated)) {
				body.Updated = layer.Updated
			}
			body.Layers = append(body.Layers, layer)
		}
		return r.json(body)
	}
}

func describeTilesetLayer(l layers.Layer, state layers.LayerState, base string) tilesetLayer {
	d := tilesetLayer{
		ID: l.ID, Title: l.Title.Zh + " · " + l.Title.En, Description: l.About.Zh + " " + l.About.En, DataType: "vector", CRS: webMercator,
		MinTileMatrix: strconv.Itoa(l.Zoom.Min), MaxTileMatrix: strconv.Itoa(l.Zoom.Max),
		PropertiesSchema: propertiesSchema{"object", map[string]queryable{}},
		Links:            []link{{collectionAddress(base, l), "http://www.opengis.net/def/rel/ogc/1.0/geodata", "application/json", "the collection"}},
	}
	if n, plain := map[layers.GeometryKind]int{layers.Points: 0, layers.Lines: 1, layers.Polygons: 2}[l.Geometry]; plain {
		d.Dimension = &n
	}
	if state.Count > 0 && !state.Bounds.IsZero() {
		d.BoundingBox = boxed(state.Bounds)
	}
	if !state.Changed.IsZero() {
		at := state.Changed.UTC()
		d.Updated = &at
	}
	for _, f := range tiles.Carried(l) {
		d.PropertiesSchema.Properties[f.Name] = describeField(l, f)
	}
	return d
}

func boxed(b orb.Bound) *boundingBox {
	return &boundingBox{[2]float64{b.Min[0], b.Min[1]}, [2]float64{b.Max[0], b.Max[1]}, crs84, []string{"Lon", "Lat"}}
}
