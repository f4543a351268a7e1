package catalog

import "sitmap/layers"

// Unit is the patrol posts and teams at their home. A unit is a post or a
// team with a headcount, never a person.
var Unit = layers.Layer{
	ID:        "unit",
	Title:     words("巡防力量", "Patrol units"),
	About:     words("巡防岗位与队组的驻地、人数与值班电话，不含个人信息。", "Posts and teams at their home with headcount and duty line; nothing about a person."),
	Group:     layers.Posts,
	Geometry:  layers.Points,
	Storage:   layers.InFeature,
	Access:    layers.Scoped,
	Zoom:      layers.ZoomRange{Min: 6, Max: 16},
	PointZoom: 12,
	Visible:   false,
	Legend:    "kind",
	Label:     "call_sign",
	Symbol:    layers.SymbolUnit,
	Sums:      []string{"headcount"},
	Fields: []layers.Field{
		required(name("队伍名称", "unit_name")),
		required(layers.Field{Name: "call_sign", Title: words("呼号", "Call sign"), Type: layers.String, MaxLength: 24, Search: true, Aliases: []string{"呼号"}}),
		required(layers.Field{Name: "force", Title: words("队伍性质", "Force"), Type: layers.Coded, Aliases: []string{"队伍性质", "force_kind"},
			List: []layers.Code{
				code("staff", "专职群防群治队伍", "full-time community-safety staff", layers.K1, "专职"),
				code("guard", "保安员", "security guards", layers.K2, "保安"),
			}}),
		required(layers.Field{Name: "kind", Title: words("类型", "Kind"), Type: layers.Coded, Aliases: []string{"类型"},
			List: []layers.Code{
				code("foot", "步巡队", "foot patrol", layers.K1),
				code("vehicle", "车巡队", "vehicle patrol", layers.K2),
				code("motorcycle", "摩托巡队", "motorcycle patrol", layers.K3),
				code("post", "固定岗", "fixed post", layers.K4),
				code("checkpoint", "检查站", "checkpoint", layers.K5),
				code("gate", "门岗", "gate post", layers.K6),
			}}),
		required(number(layers.Field{Name: "headcount", Title: words("人数", "Headcount"), Type: layers.Integer, Aliases: []string{"人数"}}, 1, 500)),
		{Name: "post", Title: words("岗位", "Post"), Type: layers.String, TileZoom: layers.NotInTile, MaxLength: 60, Aliases: []string{"岗位"}},
		{Name: "organisation", Title: words("所属单位", "Organisation"), Type: layers.String, TileZoom: layers.NotInTile, MaxLength: 60, Aliases: []string{"所属单位", "单位"}},
		{Name: "duty_line", Title: words("值班电话", "Duty line"), Type: layers.String, TileZoom: layers.NotInTile, MaxLength: 20, Aliases: []string{"值班电话"}},
	},
}
