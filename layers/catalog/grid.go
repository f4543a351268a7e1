package catalog

import "sitmap/layers"

// Grid is the urban and rural service grids. Each lies in exactly one village.
var Grid = layers.Layer{
	ID:       "grid",
	Title:    words("城乡网格", "Service grids"),
	About:    words("城乡服务网格及网格员配备人数，不含居民信息。", "Urban and rural service grids with their staffing, nothing about residents."),
	Group:    layers.Ground,
	Geometry: layers.Polygons,
	Storage:  layers.InFeature,
	Access:   layers.Scoped,
	Zoom:     layers.ZoomRange{Min: 9, Max: 16},
	Visible:  true,
	Legend:   "setting",
	Label:    "name",
	Symbol:   layers.SymbolGrid,
	Sums:     []string{"staff_count"},
	Fields: []layers.Field{
		required(name("网格名称", "grid_name")),
		required(layers.Field{Name: "setting", Title: words("城乡", "Setting"), Type: layers.Coded, Aliases: []string{"城乡", "城乡类型"},
			List: []layers.Code{
				code("urban", "城市", "urban", layers.K1, "城镇", "城"),
				code("rural", "农村", "rural", layers.K3, "乡村", "村"),
			}}),
		{Name: "kind", Title: words("网格类型", "Kind"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"类型", "网格类型"},
			List: []layers.Code{
				code("base", "基础网格", "base grid", layers.Muted),
				code("exclusive", "专属网格", "exclusive grid", layers.Muted),
			}},
		number(layers.Field{Name: "staff_count", Title: words("网格员人数", "Grid staff"), Type: layers.Integer, TileZoom: 11,
			Aliases: []string{"网格员", "网格员人数", "staff"}}, 0, 1000),
		{Name: "household_band", Title: words("户数档", "Households, banded"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"户数"},
			List: []layers.Code{
				code("0", "无户", "none", layers.Muted),
				code("1-49", "1–49 户", "1–49", layers.Muted),
				code("50-149", "50–149 户", "50–149", layers.Muted),
				code("150-299", "150–299 户", "150–299", layers.Muted),
				code("300+", "300 户以上", "300 and more", layers.Muted),
			}},
	},
	Identity: layers.Identity{Pattern: `\d{15}`, Want: words("15 位数字：村级代码 12 位加 3 位顺序号", "15 digits: the village's 12 and a sequence of 3")},
}
