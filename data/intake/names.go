package intake

import (
	"strings"
	"unicode"

	"sitmap/layers"
)

// The targets a column may have besides the fields of the layer.
const (
	toID      = "id"
	toLon     = "lon"
	toLat     = "lat"
	toNothing = "-"
)

// targetNames are the names under which files carry the special targets.
var targetNames = map[string][]string{
	toID: {"id", "code", "编号", "编码", "代码", "唯一编码", "唯一标识", "业务编号", "国标编码", "国标编号", "设备编码", "gb id",
		"网格编码", "网格代码", "网格编号", "案件编号", "纠纷编号", "单位编号", "case id"},
	toLon: {"lon", "lng", "long", "longitude", "x", "经度", "东经", "坐标x"},
	toLat: {"lat", "latitude", "y", "纬度", "北纬", "坐标y"},
}

// foldName makes spellings of a name equal: without case, space, underscore,
// hyphen and full-width letters.
func foldName(name string) string {
	var b strings.Builder
	for _, r := range name {
		r = narrow(r)
		if unicode.IsSpace(r) || r == '_' || r == '-' {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// narrow turns a full-width letter, digit or sign into the ordinary one.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	}
	return r
}

// match is a target a column's name stands for.
type match struct {
	target string
	own    bool // the name is the target's own, not one of its other names
}

// nameIndex finds the target of a column by its folded name. The names of
// fields go before those of the special targets.
func nameIndex(layer layers.Layer) map[string]match {
	index := make(map[string]match)
	for _, f := range layer.Fields {
		index[foldName(f.Name)] = match{f.Name, true}
	}
	add := func(name, target string) {
		if folded := foldName(name); folded != "" {
			if _, taken := index[folded]; !taken {
				index[folded] = match{target, false}
			}
		}
	}
	for _, f := range layer.Fields {
		for _, name := range append([]string{f.Title.Zh, f.Title.En}, f.Aliases...) {
			add(name, f.Name)
		}
	}
	for _, target := range []string{toID, toLon, toLat} {
		if _, taken := index[target]; !taken {
			index[target] = match{target, true}
		}
		for _, name := range targetNames[target] {
			add(name, target)
		}
	}
	return index
}

// shorten cuts a text that goes into a message.
func shorten(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
