package catalog

import "sitmap/layers"

// Area is the administrative tree: city, county, township, village. The tree
// of any city can be imported; below the township the demo city's names and
// codes are invented.
var Area = layers.Layer{
	ID:       "area",
	Title:    words("行政区划", "Areas"),
	About:    words("市、县区、乡镇街道、村社区的界线。", "Boundaries of city, counties, townships and villages."),
	Group:    layers.Ground,
	Geometry: layers.Polygons,
	Storage:  layers.InArea,
	Access:   layers.Open,
	Zoom:     layers.ZoomRange{Min: 4, Max: 16},
	Visible:  true,
	Legend:   "level",
	Label:    "name",
	Symbol:   layers.SymbolBoundary,
	Fields: []layers.Field{
		required(layers.Field{Name: "code", Title: words("区划代码", "Code"), Type: layers.String, MaxLength: 32, Search: true,
			Aliases: []string{"代码", "区划代码", "adcode", "area_code"}}),
		required(name("区划名称", "area_name")),
		{Name: "name_en", Title: words("英文名", "English name"), Type: layers.String, MaxLength: 80, Search: true, TileZoom: layers.NotInTile,
			Aliases: []string{"english name"}},
		required(layers.Field{Name: "level", Title: words("级别", "Level"), Type: layers.Coded, Aliases: []string{"级别", "层级"},
			List: []layers.Code{
				code("city", "市", "city", layers.K1, "地级市", "市级"),
				code("county", "县区", "county", layers.K2, "区县", "县", "区", "district"),
				from(8, code("township", "乡镇街道", "township", layers.K3, "乡镇", "镇", "乡", "街道", "town")),
				from(11, code("village", "村社区", "village", layers.K4, "村", "社区", "community", "neighborhood")),
			}}),
		{Name: "parent", Title: words("上级代码", "Parent"), Type: layers.String, MaxLength: 32,
			Aliases: []string{"上级", "上级代码", "parent_code"}},
		{Name: "kind", Title: words("类型", "Kind"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"类型"},
			List: []layers.Code{
				code("ordinary", "普通", "ordinary", layers.Muted),
				code("statistical", "统计用区", "statistical unit", layers.Muted),
				code("subdistrict", "街道", "subdistrict", layers.Muted),
				code("town", "镇", "town", layers.Muted),
				code("rural_township", "乡", "rural township", layers.Muted),
				code("residents", "社区", "residents' community", layers.Muted),
				code("villagers", "村", "village", layers.Muted),
				code("village_like", "类似村级单位", "village-like unit", layers.Muted),
			}},
		number(layers.Field{Name: "population", Title: words("常住人口", "Residents"), Type: layers.Integer,
			TileZoom: layers.NotInTile, Aliases: []string{"人口", "常住人口", "residents"}}, 0, 1e8),
		{Name: "time_zone", Title: words("时区", "Time zone"), Type: layers.String, MaxLength: 40, TileZoom: layers.NotInTile,
			Aliases: []string{"时区", "tz"}},
	},
	Identity: layers.Identity{Pattern: `[A-Za-z0-9_.-]{1,32}`,
		Want: words("行政区划代码：2、4、6、9 或 12 位数字，或本市自有编码", "a code of 2, 4, 6, 9 or 12 digits, or the city's own code")},
}
