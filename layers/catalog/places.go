package catalog

import "sitmap/layers"

// DemoCommunity is the demonstration communities of the safety programme.
var DemoCommunity = layers.Layer{
	ID:       "demo_community",
	Title:    words("平安建设示范点", "Demonstration communities"),
	About:    words("新型农村社区平安建设示范点。", "Rural communities that demonstrate the safety programme."),
	Group:    layers.Posts,
	Geometry: layers.Points,
	Storage:  layers.InFeature,
	Access:   layers.Scoped,
	Zoom:     layers.ZoomRange{Min: 6, Max: 16},
	Legend:   "state",
	Label:    "name",
	Symbol:   layers.SymbolCommunity,
	Fields: []layers.Field{
		required(name()),
		required(layers.Field{Name: "state", Title: words("状态", "State"), Type: layers.Coded, Aliases: []string{"状态"},
			List: []layers.Code{
				code("confirmed", "已命名", "confirmed", layers.Good),
				code("review", "复核中", "under review", layers.WatchFor),
			}}),
		{Name: "named_on", Title: words("命名日期", "Named on"), Type: layers.Date, TileZoom: layers.NotInTile, Aliases: []string{"命名日期"}},
	},
}

// KeyArea is the listed public-order problems and areas, by level.
var KeyArea = layers.Layer{
	ID:       "key_area",
	Title:    words("突出治安问题和重点地区", "Key areas"),
	About:    words("挂牌整治的突出治安问题和重点地区，按级别和整治状态。", "Listed public-order problems and areas by level and state of the work."),
	Group:    layers.Watch,
	Geometry: layers.Mixed,
	Storage:  layers.InFeature,
	Access:   layers.Scoped,
	Zoom:     layers.ZoomRange{Min: 6, Max: 16},
	Visible:  true,
	Legend:   "level",
	Label:    "name",
	Symbol:   layers.SymbolKeyArea,
	Fields: []layers.Field{
		required(name()),
		required(layers.Field{Name: "level", Title: words("挂牌级别", "Listed by"), Type: layers.Coded, Aliases: []string{"级别"},
			List: []layers.Code{
				code("province", "省级", "province", layers.Critical, "省"),
				code("city", "市级", "city", layers.Act, "市"),
				code("county", "县级", "county", layers.WatchFor, "县", "区"),
			}}),
		required(layers.Field{Name: "kind", Title: words("类型", "Kind"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"类型"},
			List: []layers.Code{
				code("station_area", "车站周边", "station surroundings", layers.K1),
				code("market", "市场商圈", "market", layers.K2),
				code("school_area", "校园周边", "school surroundings", layers.K3),
				code("urban_fringe", "城乡结合部", "urban fringe", layers.K4),
				code("construction", "在建工地", "construction sites", layers.K5),
				code("road_section", "事故多发路段", "accident-prone road", layers.K6),
				code("entertainment", "娱乐场所集中区", "entertainment quarter", layers.K7),
				code("mining", "矿区", "mining area", layers.K8),
			}}),
		required(layers.Field{Name: "state", Title: words("整治状态", "State"), Type: layers.Coded, Aliases: []string{"整治状态", "状态"},
			List: []layers.Code{
				code("listed", "已挂牌", "listed", layers.Act),
				code("working", "整治中", "being worked on", layers.WatchFor),
				code("accepted", "已验收", "accepted", layers.Good),
				code("removed", "已摘牌", "removed", layers.Muted),
			}}),
		{Name: "lead_unit", Title: words("牵头单位", "Lead unit"), Type: layers.String, TileZoom: layers.NotInTile, MaxLength: 60, Aliases: []string{"牵头单位"}},
		{Name: "deadline_on", Title: words("整治期限", "Deadline"), Type: layers.Date, TileZoom: layers.NotInTile, Aliases: []string{"期限"}},
	},
}

// Hazard is the findings of safety checks that wait to be put right.
var Hazard = layers.Layer{
	ID:        "hazard",
	Title:     words("风险隐患", "Hazards"),
	About:     words("安全检查发现的隐患、级别与整改期限。", "What safety checks found, how grave, and until when it must be put right."),
	Group:     layers.Watch,
	Geometry:  layers.Points,
	Storage:   layers.InFeature,
	Access:    layers.Scoped,
	Zoom:      layers.ZoomRange{Min: 6, Max: 16},
	PointZoom: 11,
	Legend:    "state",
	Label:     "name",
	Symbol:    layers.SymbolHazard,
	Fields: []layers.Field{
		required(name()),
		required(layers.Field{Name: "category", Title: words("类别", "Category"), Type: layers.Coded, Aliases: []string{"类别"},
			List: []layers.Code{
				code("fire", "消防", "fire", layers.K1),
				code("road", "道路交通", "road traffic", layers.K2),
				code("building", "建筑", "building", layers.K3),
				code("mine", "矿山", "mine", layers.K4),
				code("chemical", "危险化学品", "dangerous chemicals", layers.K5),
				code("flood", "防汛地质", "flood and ground", layers.K6),
				code("crowd", "人员密集场所", "crowded place", layers.K7),
				code("utility", "公用设施", "utilities", layers.K8),
			}}),
		required(layers.Field{Name: "grade", Title: words("级别", "Grade"), Type: layers.Coded, Aliases: []string{"级别"},
			List: []layers.Code{
				code("general", "一般", "general", layers.WatchFor),
				code("major", "重大", "major", layers.Critical),
			}}),
		required(layers.Field{Name: "state", Title: words("整改状态", "State"), Type: layers.Coded, Aliases: []string{"状态", "整改状态"},
			List: []layers.Code{
				code("open", "待整改", "open", layers.Act),
				code("working", "整改中", "being put right", layers.WatchFor),
				code("overdue", "逾期", "overdue", layers.Critical),
				code("cleared", "已销号", "cleared", layers.Good),
			}}),
		{Name: "found_on", Title: words("发现日期", "Found on"), Type: layers.Date, TileZoom: layers.NotInTile, Aliases: []string{"发现日期"}},
		{Name: "deadline_on", Title: words("整改期限", "Deadline"), Type: layers.Date, TileZoom: layers.NotInTile, Aliases: []string{"整改期限"}},
	},
}
