package catalog

import "sitmap/layers"

// Centre is the comprehensive-governance centres of the four levels and what
// they have: equipment, video link, functions, and the monthly report.
var Centre = layers.Layer{
	ID:        "centre",
	Title:     words("综治中心", "Governance centres"),
	About:     words("四级综治中心的建设、设备、视频联通、功能与月报情况。", "The centres of four levels: built, equipped, linked, their functions and monthly reports."),
	Group:     layers.Posts,
	Geometry:  layers.Points,
	Storage:   layers.InFeature,
	Access:    layers.Scoped,
	Zoom:      layers.ZoomRange{Min: 6, Max: 16},
	PointZoom: 11,
	Legend:    "state",
	Label:     "name",
	Symbol:    layers.SymbolCentre,
	Fields: []layers.Field{
		required(name("中心名称")),
		required(layers.Field{Name: "level", Title: words("级别", "Level"), Type: layers.Coded, Aliases: []string{"级别"}, List: levels}),
		required(layers.Field{Name: "state", Title: words("建设情况", "State"), Type: layers.Coded, Aliases: []string{"建设情况", "状态"},
			List: []layers.Code{
				code("built", "已建成", "built", layers.Good, "建成"),
				code("building", "在建", "under construction", layers.WatchFor),
				code("missing", "未建", "not built", layers.Critical),
			}}),
		{Name: "equipment", Title: words("平台设备", "Platform equipment"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"平台设备", "设备"},
			List: []layers.Code{
				code("operating", "已运行", "operating", layers.Good),
				code("commissioning", "安装调试", "being commissioned", layers.WatchFor),
				code("none", "未配备", "none", layers.Muted),
			}},
		{Name: "video_link", Title: words("视频联通", "Video link"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"视频联通"},
			List: []layers.Code{
				code("linked", "已联通", "linked", layers.Good),
				code("down", "中断", "down", layers.Critical),
				code("none", "无", "none", layers.Muted),
			}},
		{Name: "functions", Title: words("服务功能", "Functions"), Type: layers.Codes, TileZoom: layers.NotInTile, Aliases: []string{"功能"},
			List: []layers.Code{
				code("reception", "群众接待", "reception", layers.Muted),
				code("mediation", "矛盾调处", "mediation", layers.Muted),
				code("patrol", "治安巡防", "patrol", layers.Muted),
				code("grid", "网格管理", "grid management", layers.Muted),
				code("video", "视频联网", "video networking", layers.Muted),
				code("hazard", "隐患排查", "hazard checks", layers.Muted),
				code("legal", "法律服务", "legal service", layers.Muted),
				code("service", "便民服务", "public service", layers.Muted),
			}},
		{Name: "report", Title: words("本月报表", "This month's report"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"月报"},
			List: []layers.Code{
				code("in", "已报", "in", layers.Good),
				code("late", "迟报", "late", layers.WatchFor),
				code("missing", "未报", "missing", layers.Critical),
			}},
		{Name: "duty_line", Title: words("值班电话", "Duty line"), Type: layers.String, TileZoom: layers.NotInTile, MaxLength: 20, Aliases: []string{"值班电话"}},
	},
}
