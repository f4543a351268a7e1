package catalog

import "sitmap/layers"

// Road is the road network, each feature a stretch between junctions.
var Road = layers.Layer{
	ID:       "road",
	Title:    words("道路", "Roads"),
	About:    words("道路与铁路，按等级。", "Roads and railways by class."),
	Group:    layers.Ground,
	Geometry: layers.Lines,
	Storage:  layers.InFeature,
	Access:   layers.Open,
	Zoom:     layers.ZoomRange{Min: 6, Max: 16},
	Visible:  true,
	Legend:   "class",
	Label:    "name",
	Symbol:   layers.SymbolRoad,
	Sums:     []string{"length_m"},
	Fields: []layers.Field{
		name("道路名称"),
		{Name: "ref", Title: words("编号", "Number"), Type: layers.String, MaxLength: 20, Aliases: []string{"编号"}},
		required(layers.Field{Name: "class", Title: words("等级", "Class"), Type: layers.Coded, Aliases: []string{"等级", "highway"},
			List: []layers.Code{
				code("motorway", "高速公路", "motorway", layers.K1),
				code("railway", "铁路", "railway", layers.K8),
				code("trunk", "国道", "national highway", layers.K2, "primary"),
				from(8, code("provincial", "省道", "provincial highway", layers.K3, "secondary")),
				from(9, code("county", "县乡道", "county road", layers.K4, "tertiary")),
				from(11, code("street", "城镇街道", "town street", layers.K5, "residential")),
				from(12, code("village", "村道", "village road", layers.K6, "unclassified")),
			}}),
		{Name: "bridge", Title: words("桥梁", "Bridge"), Type: layers.Boolean, TileZoom: 12, Aliases: []string{"桥"}},
		{Name: "oneway", Title: words("单行", "One-way"), Type: layers.Boolean, TileZoom: layers.NotInTile, Aliases: []string{"单行"}},
		number(layers.Field{Name: "speed_kmh", Title: words("限速", "Speed limit"), Type: layers.Integer, Unit: "km/h", TileZoom: layers.NotInTile,
			Aliases: []string{"限速", "maxspeed"}}, 5, 350),
		number(layers.Field{Name: "length_m", Title: words("长度", "Length"), Type: layers.Number, Unit: "m", TileZoom: layers.NotInTile,
			Aliases: []string{"长度"}}, 0, 1e6),
	},
}

// Water is rivers, canals, lakes and reservoirs.
var Water = layers.Layer{
	ID:       "water",
	Title:    words("水系", "Water"),
	About:    words("河流、渠道、湖泊与水库。", "Rivers, canals, lakes and reservoirs."),
	Group:    layers.Ground,
	Geometry: layers.Mixed,
	Storage:  layers.InFeature,
	Access:   layers.Open,
	Zoom:     layers.ZoomRange{Min: 6, Max: 16},
	Visible:  true,
	Legend:   "kind",
	Label:    "name",
	Symbol:   layers.SymbolWater,
	Fields: []layers.Field{
		name(),
		required(layers.Field{Name: "kind", Title: words("类型", "Kind"), Type: layers.Coded, Aliases: []string{"类型"},
			List: []layers.Code{
				code("river", "河流", "river", layers.K1),
				from(9, code("stream", "支流", "stream", layers.K1)),
				from(10, code("canal", "渠道", "canal", layers.K1)),
				code("reservoir", "水库", "reservoir", layers.K2),
				code("lake", "湖泊", "lake", layers.K2),
			}}),
	},
}
