package api

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"sitmap/layers"
)

// OGC API – Features, part 1 (OGC 17-069r4): landing page, conformance and
// collections. Items are in items.go, OGC API – Tiles in ogctiles.go.

// conforms are the requirements classes that this server meets in full.
var conforms = []string{
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
	"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	"http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
	"http://www.opengis.net/spec/tms/2.0/conf/tilesetmetadata",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilesetmetadata",
	"http://www.opengis.net/spec/tms/2.0/conf/tilematrixsetlimits",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixsetlimits",
}

// crs84 is longitude, latitude in degrees, WGS 84.
const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// link is a typed reference to another address.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

const typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"

func (s *Server) ogcLanding(_ context.Context, r *request) error {
	base, err := r.client.base()
	if err != nil {
		return err
	}
	return r.json(struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Links       []link `json:"links"`
	}{
		"sitmap · 平安态势图", "地点、案件、岗位与设备；不含任何个人。 Places, cases, posts and equipment; never persons.",
		[]link{
			{base + "/ogc", "self", "application/json", "this page"},
			{base + "/openapi.json", "service-desc", typeOpenAPI, "the description of the interface"},
			{base + "/docs", "service-doc", "text/html", "the same for people"},
			{base + "/ogc/conformance", "conformance", "application/json", "conformance classes"},
			{base + "/ogc/conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance", "application/json", "conformance classes"},
			{base + "/ogc/collections", "data", "application/json", "collections"},
			{base + "/ogc/collections", "http://www.opengis.net/def/rel/ogc/1.0/data", "application/json", "collections"},
			{base + "/ogc/tiles", relTilesets, "application/json", "vector tiles of all collections"},
			{base + "/ogc/tileMatrixSets", relTilingSchemes, "application/json", "tile matrix sets"},
		},
	})
}

func (s *Server) ogcConformance(_ context.Context, r *request) error {
	return r.json(struct {
		ConformsTo []string `json:"conformsTo"`
	}{conforms})
}

// collection is a layer as OGC API Features describes it.
type collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"`
	Extent      extent   `json:"extent"`
	Links       []link   `json:"links"`
}

type extent struct {
	Spatial  *spatialExtent  `json:"spatial,omitempty"`
	Temporal *temporalExtent `json:"temporal,omitempty"`
}

type spatialExtent struct {
	Boxes []layers.BoundsBox `json:"bbox"`
	CRS   string             `json:"crs"`
}

type temporalExtent struct {
	Intervals [][2]*time.Time `json:"interval"`
	TRS       string          `json:"trs"`
}

// ogcCollections lists the layers the caller may read, and only those.
func (s *Server) ogcCollections(ctx context.Context, r *request) error {
	base, err := r.client.base()
	if err != nil {
		return err
	}
	list := []collection{}
	for _, l := range s.options.Catalog {
		if r.scope().MayRead(l) != nil {
			continue
		}
		c, err := s.collection(ctx, r, l, base)
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	return r.json(struct {
		Links       []link       `json:"links"`
		Collections []collection `json:"collections"`
	}{[]link{
		{base + "/ogc/collections", "self", "application/json", "this list"},
		{base + "/ogc", "root", "application/json", "the landing page"},
	}, list})
}

func (s *Server) ogcCollection(ctx context.Context, r *request) error {
	l, err := s.layer(r)
	if err != nil {
		return err
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	c, err := s.collection(ctx, r, l, base)
	if err != nil {
		return err
	}
	return r.json(c)
}

func (s *Server) collection(ctx context.Context, r *request, l layers.Layer, base string) (collection, error) {
	at := collectionAddress(base, l)
	c := collection{
		ID: l.ID, Title: l.Title.Zh + " · " + l.Title.En, Description: l.About.Zh + " " + l.About.En,
		ItemType: "feature", CRS: []string{crs84}, StorageCRS: crs84,
		Links: []link{
			{at, "self", "application/json", "this collection"},
			{at + "/items", "items", typeGeoJSON, "its features"},
			{at + "/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", typeSchema, "its properties"},
			{at + "/queryables", "describedby", typeSchema, "the schema of its properties"},
			{at + "/tiles", relTilesets, "application/json", "its vector tiles"},
			{base + "/tiles/" + l.ID + ".json", "related", "application/json", "TileJSON of its vector tiles"},
		},
	}
	states, err := s.options.Store.States(ctx)
	if err != nil {
		return c, fmt.Errorf("state of the layers: %w", err)
	}
	state := states[l.ID]
	home, err := s.facts.place(ctx, states, r.scope())
	if err != nil {
		return c, err
	}
	own, err := s.ownBounds(ctx, r.user, home)
	if err != nil {
		return c, err
	}
	if state.Count > 0 {
		c.Extent.Spatial = &spatialExtent{[]layers.BoundsBox{*boundsFor(l, state, own, r.scope())}, crs84}
	}
	if l.Dated() {
		span, err := s.facts.span(ctx, l, state, r.scope())
		if err != nil {
			return c, err
		}
		c.Extent.Temporal = temporalOf(span)
	}
	return c, nil
}

// temporalOf writes a window as OGC wants it: null for an open end.
func temporalOf(w layers.Window) *temporalExtent {
	var interval [2]*time.Time
	for i, at := range []time.Time{w.From, w.To} {
		if !at.IsZero() {
			at = at.UTC()
			interval[i] = &at
		}
	}
	return &temporalExtent{[][2]*time.Time{interval}, "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
}

func collectionAddress(base string, l layers.Layer) string {
	return base + "/ogc/collections/" + url.PathEscape(l.ID)
}
