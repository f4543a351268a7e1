package catalog

import "sitmap/layers"

// Site is the firms under special supervision: users of blasting materials,
// couriers and logistics. The three complete checks belong to couriers and
// logistics only.
var Site = layers.Layer{
	ID:        "site",
	Title:     words("重点监管单位", "Regulated sites"),
	About:     words("民爆物品使用、寄递和物流企业及最近检查情况，不含寄件信息。", "Blasting-material users, couriers and logistics firms with their last inspection; nothing about senders."),
	Group:     layers.Watch,
	Geometry:  layers.Points,
	Storage:   layers.InFeature,
	Access:    layers.Scoped,
	Zoom:      layers.ZoomRange{Min: 6, Max: 16},
	PointZoom: 10,
	Legend:    "kind",
	Label:     "name",
	Symbol:    layers.SymbolSite,
	Fields: []layers.Field{
		required(name("企业名称")),
		required(layers.Field{Name: "kind", Title: words("类型", "Kind"), Type: layers.Coded, Aliases: []string{"类型"},
			List: []layers.Code{
				code("blasting", "民用爆炸物品使用单位", "blasting-material user", layers.K7),
				code("courier", "寄递企业", "courier", layers.K1),
				code("logistics", "物流运输企业", "logistics firm", layers.K2),
			}}),
		{Name: "inspected_on", Title: words("最近检查日期", "Last inspection"), Type: layers.Date, TileZoom: layers.NotInTile, Aliases: []string{"检查日期"}},
		{Name: "result", Title: words("检查结果", "Result"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"检查结果"},
			List: []layers.Code{
				code("passed", "合格", "passed", layers.Good),
				code("rectify", "限期整改", "to put right", layers.WatchFor),
				code("failed", "不合格", "failed", layers.Critical),
			}},
		{Name: "check_receipt", Title: words("收寄验视", "Inspection on receipt"), Type: layers.Boolean, TileZoom: layers.NotInTile, Aliases: []string{"验视"}},
		{Name: "check_real_name", Title: words("实名收寄", "Real-name rule kept"), Type: layers.Boolean, TileZoom: layers.NotInTile, Aliases: []string{"实名"}},
		{Name: "check_xray", Title: words("过机安检", "X-ray check"), Type: layers.Boolean, TileZoom: layers.NotInTile, Aliases: []string{"X光", "过机安检"}},
	},
}
