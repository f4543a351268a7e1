package catalog

import "sitmap/layers"

// Committee is the people's mediation committees.
var Committee = layers.Layer{
	ID:        "committee",
	Title:     words("人民调解委员会", "Mediation committees"),
	About:     words("人民调解委员会的级别、类型与调解员人数。", "Level, kind and number of mediators of the mediation committees."),
	Group:     layers.Posts,
	Geometry:  layers.Points,
	Storage:   layers.InFeature,
	Access:    layers.Scoped,
	Zoom:      layers.ZoomRange{Min: 6, Max: 16},
	PointZoom: 12,
	Legend:    "kind",
	Label:     "name",
	Symbol:    layers.SymbolCommittee,
	Sums:      []string{"mediators"},
	Fields: []layers.Field{
		required(name("调委会名称")),
		required(layers.Field{Name: "level", Title: words("级别", "Level"), Type: layers.Coded, Aliases: []string{"级别"}, List: levels}),
		required(layers.Field{Name: "kind", Title: words("类型", "Kind"), Type: layers.Coded, Aliases: []string{"类型"},
			List: []layers.Code{
				code("area", "乡镇村居", "of a township or village", layers.K1, "地域性"),
				code("professional", "专业性", "professional", layers.K2),
				code("industry", "行业性", "of an industry", layers.K3),
			}}),
		{Name: "speciality", Title: words("专业领域", "Speciality"), Type: layers.Coded, TileZoom: layers.NotInTile, Aliases: []string{"专业领域"},
			List: []layers.Code{
				code("medical", "医疗", "medical", layers.Muted),
				code("labour", "劳动", "labour", layers.Muted),
				code("traffic", "交通事故", "traffic accidents", layers.Muted),
				code("property", "物业", "property", layers.Muted),
				code("land", "土地", "land", layers.Muted),
				code("consumer", "消费", "consumer", layers.Muted),
				code("environment", "环境", "environment", layers.Muted),
				code("commerce", "商会", "commerce", layers.Muted),
			}},
		required(number(layers.Field{Name: "mediators", Title: words("调解员人数", "Mediators"), Type: layers.Integer, Aliases: []string{"调解员", "调解员人数"}}, 0, 1000)),
		{Name: "duty_line", Title: words("值班电话", "Duty line"), Type: layers.String, TileZoom: layers.NotInTile, MaxLength: 20, Aliases: []string{"值班电话"}},
	},
}

// levels are the four levels an institution may belong to.
var levels = []layers.Code{
	code("city", "市级", "city", layers.K1, "市"),
	code("county", "县区级", "county", layers.K2, "县", "区", "县级"),
	code("township", "乡镇级", "township", layers.K3, "乡", "镇", "乡镇", "街道"),
	code("village", "村级", "village", layers.K4, "村", "社区"),
}
