package api

import (
	"context"
	"fmt"
	"strconv"

	"sitmap/layers"
)

// The tile matrix set of all tiles: WebMercatorQuad of OGC 17-083r4 (Two
// Dimensional Tile Matrix Set and Tile Set Metadata, version 2.0), Annex D.1.
// Its matrices are the zooms of MapLibre and TileJSON.

const (
	matrixSetID  = "WebMercatorQuad"
	matrixSetURI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	webMercator  = "http://www.opengis.net/def/crs/EPSG/0/3857"
	// mercatorEdge is half the side of the square, in metres, as published.
	mercatorEdge = 20037508.3427892

	relTilingScheme  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relTilingSchemes = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
)

// scales are scale denominator and cell size in metres of matrix 0, 1, …, to
// the digits of the annex.
var scales = [...][2]float64{
	{559082264.028717, 156543.033928041},
	{279541132.014358, 78271.5169640204},
	{139770566.007179, 39135.7584820102},
	{69885283.0035897, 19567.8792410051},
	{34942641.5017948, 9783.93962050256},
	{17471320.7508974, 4891.96981025128},
	{8735660.37544871, 2445.98490512564},
	{4367830.18772435, 1222.99245256282},
	{2183915.09386217, 611.49622628141},
	{1091957.54693108, 305.748113140704},
	{545978.773465544, 152.874056570352},
	{272989.386732772, 76.4370282851762},
	{136494.693366386, 38.2185141425881},
	{68247.346683193, 19.109257071294},
	{34123.6733415964, 9.55462853564703},
	{17061.8366707982, 4.77731426782351},
	{8530.91833539913, 2.38865713391175},
	{4265.45916769956, 1.19432856695587},
	{2132.72958384978, 0.597164283477939},
	{1066.36479192489, 0.29858214173897},
	{533.182395962445, 0.149291070869485},
	{266.591197981222, 0.0746455354347424},
	{133.295598990611, 0.0373227677173712},
}

// matrixSet is a tile matrix set as the standard writes it.
type matrixSet struct {
	ID                string       `json:"id"`
	Title             string       `json:"title"`
	URI               string       `json:"uri"`
	CRS               string       `json:"crs"`
	OrderedAxes       []string     `json:"orderedAxes"`
	WellKnownScaleSet string       `json:"wellKnownScaleSet"`
	BoundingBox       boundingBox  `json:"boundingBox"`
	TileMatrices      []tileMatrix `json:"tileMatrices"`
	Links             []link       `json:"links"`
}

type tileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

func webMercatorQuad() matrixSet {
	set := matrixSet{
		ID: matrixSetID, Title: "Google Maps Compatible for the World", URI: matrixSetURI, CRS: webMercator, OrderedAxes: []string{"X", "Y"},
		WellKnownScaleSet: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
		BoundingBox:       boundingBox{[2]float64{-mercatorEdge, -mercatorEdge}, [2]float64{mercatorEdge, mercatorEdge}, webMercator, []string{"X", "Y"}},
	}
	corner := [2]float64{-mercatorEdge, mercatorEdge}
	for z, s := range scales {
		set.TileMatrices = append(set.TileMatrices, tileMatrix{
			ID: strconv.Itoa(z), ScaleDenominator: s[0], CellSize: s[1], CornerOfOrigin: "topLeft",
			PointOfOrigin: corner, TileWidth: 256, TileHeight: 256, MatrixWidth: 1 << z, MatrixHeight: 1 << z,
		})
	}
	return set
}

func matrixSetAddress(base string) string { return base + "/ogc/tileMatrixSets/" + matrixSetID }

func (s *Server) ogcMatrixSets(_ context.Context, r *request) error {
	base, err := r.asJSON()
	if err != nil {
		return err
	}
	set := webMercatorQuad()
	type item struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		URI   string `json:"uri"`
		CRS   string `json:"crs"`
		Links []link `json:"links"`
	}
	return r.json(struct {
		Sets  []item `json:"tileMatrixSets"`
		Links []link `json:"links"`
	}{
		[]item{{set.ID, set.Title, set.URI, set.CRS, []link{{matrixSetAddress(base), "self", "application/json", "its definition"}}}},
		[]link{{base + "/ogc/tileMatrixSets", "self", "application/json", "this list"}},
	})
}

func (s *Server) ogcMatrixSet(_ context.Context, r *request) error {
	base, err := r.asJSON()
	if err != nil {
		return err
	}
	if err := r.knowsMatrixSet(); err != nil {
		return err
	}
	set := webMercatorQuad()
	set.Links = []link{{matrixSetAddress(base), "self", "application/json", "this definition"}}
	return r.json(set)
}

// knowsMatrixSet refuses the name of a tile matrix set that is not served.
func (r *request) knowsMatrixSet() error {
	if id := r.text("tileMatrixSetId"); id != matrixSetID {
		return fmt.Errorf("there is no tile matrix set %q; there is %s: %w", shown(id), matrixSetID, layers.ErrNotFound)
	}
	return nil
}
