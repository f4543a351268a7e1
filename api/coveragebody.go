package api

import (
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"sitmap/layers"
	"sitmap/layers/coverage"
)

// coverageBody is the answer of /api/coverage.
type coverageBody struct {
	Layer      string             `json:"layer"`
	By         string             `json:"by"`
	Purpose    string             `json:"purpose"`
	K          int                `json:"k"`
	Version    int64              `json:"version"`
	AsOf       *time.Time         `json:"asOf,omitempty"`
	Synthetic  bool               `json:"synthetic"`
	Total      coverage.Row       `json:"total"`
	Rows       []coverage.Row     `json:"rows,omitempty"`
	Resolution int                `json:"resolution,omitempty"`
	Cells      []coveredCell      `json:"cells,omitempty"`
	Assumed    coverage.Guesses   `json:"assumed"`
	Gaps       coverageGaps       `json:"gaps"`
	Next       *coverageNext      `json:"next,omitempty"`
	Method     coverageMethodBody `json:"method"`
}

// coveredCell is the public area of a cell, in square metres.
type coveredCell struct {
	Cell  string  `json:"cell"`
	Total float64 `json:"total"`
	Once  float64 `json:"once"`
	Twice float64 `json:"twice"`
}

type coverageGaps struct {
	Roads *geojson.FeatureCollection `json:"roads"`
	Cells []coveredCell              `json:"cells"`
}

type coverageNext struct {
	Camera coverage.NewCamera         `json:"camera"`
	Gain   float64                    `json:"gain"`
	Bound  float64                    `json:"bound"`
	Gap    float64                    `json:"gap"`
	Spots  *geojson.FeatureCollection `json:"spots"`
}

// coverageMethodBody says what the shares are shares of.
type coverageMethodBody struct {
	Public    layers.Text `json:"public"`
	Demand    layers.Text `json:"demand"`
	Occlusion string      `json:"occlusion"`
}

// What draws further cameras, beside public area and roads.
var (
	demandMethod = layers.Text{
		Zh: "建议点位按道路等级加权；重点地区内每平方米另加 4（街道为 4，其他公共区域为 1）。",
		En: "Proposed spots weigh public area by the class of road; a square metre of a key area counts 4 more (of a street 4, of other public area 1).",
	}
	hotspotMethod = layers.Text{
		Zh: "建议点位按道路等级加权；重点地区和热点单元内每平方米另加 4（街道为 4，其他公共区域为 1）。热点为最近十二个完整月案件明显聚集的单元（与均匀分布相比，未计人口，至少 95% 可信），按其公共区域被看见的份额计。",
		En: "Proposed spots weigh public area by the class of road; a square metre of a key area or of a hotspot counts 4 more (of a street 4, of other public area 1). Hotspots are cells where cases gathered in the last twelve complete months (against an even spread, residents not considered, at least 95% confidence), each counted by the share of its public area that is seen.",
	}
)

var coverageMethod = coverageMethodBody{
	Public: layers.Text{
		Zh: "公共区域为城市网格全部，以及农村公路与街道两侧的带状区域（高速公路、铁路除外）。未考虑建筑与树木遮挡，各比例均为上限。",
		En: "Public area is urban grids as a whole, and a strip along public roads elsewhere, motorways and railways apart. Nothing is taken to stand in the way, so that every share is an upper limit.",
	},
	Occlusion: "none",
}

// roadGaps are stretches of road on the map.
func roadGaps(gaps []coverage.RoadGap) *geojson.FeatureCollection {
	all := geojson.NewFeatureCollection()
	for _, g := range gaps {
		f := geojson.NewFeature(orb.Round(g.Line, 1e6))
		f.Properties = geojson.Properties{"road": g.Road, "name": g.Name, "class": g.Class, "area": g.Code, "length": roundTo(g.Length, 1)}
		all.Append(f)
	}
	return all
}

// nextSpots are the proposed spots on the map, the best first.
func nextSpots(p coverage.Proposal) *coverageNext {
	all := geojson.NewFeatureCollection()
	for k, spot := range p.Spots {
		f := geojson.NewFeature(orb.Round(spot.At, 1e6))
		f.Properties = geojson.Properties{
			"rank": k + 1, "direction": spot.Direction, "road": spot.Road, "class": spot.Class, "junction": spot.Junction, "area": spot.Code,
			"gain": roundTo(spot.Gain, 0), "public": roundTo(spot.Public, 0), "metres": roundTo(spot.Metres, 1),
		}
		all.Append(f)
	}
	return &coverageNext{Camera: p.Camera, Gain: roundTo(p.Gain, 0), Bound: roundTo(p.Bound, 0), Gap: roundTo(p.Gap, 4), Spots: all}
}

// plainRow leaves out digits that mean nothing.
func plainRow(row coverage.Row) coverage.Row {
	extents := []*coverage.Extent{&row.Public, &row.Roads, &row.Demand}
	if row.Hotspots != nil {
		own := *row.Hotspots // the report's is everybody's
		row.Hotspots = &own
		extents = append(extents, &own)
	}
	for _, e := range extents {
		for _, v := range []*float64{&e.Total, &e.Once, &e.Twice, &e.OnceInstalled, &e.TwiceInstalled} {
			*v = roundTo(*v, 1)
		}
		e.Share = roundTo(e.Share, 4)
	}
	row.Cameras.OfflineShare, row.Cameras.DownShare = roundTo(row.Cameras.OfflineShare, 4), roundTo(row.Cameras.DownShare, 4)
	return row
}
