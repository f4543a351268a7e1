package intake

import (
	"strconv"
	"strings"
	"time"

	"sitmap/layers"
)

// area fills in what follows from a national code (GB/T 2260 and the
// statistical codes below the county): level, parent, and kind. What the file
// says itself goes first. Codes of a city's own say nothing; then the file has
// to give the level.
func (in *row) area() {
	properties := in.feature.Properties
	code := in.feature.ID
	level, national := layers.LevelOfDigits(len(code))
	national = national && strings.Trim(code, "0123456789") == "" && level != layers.GridArea
	_, given := properties["level"]
	if !given && !in.bad["level"] {
		if !national {
			in.blame("level", &layers.Wrong{Fault: "is missing, and does not follow from the code", Cure: "add a column level: city, county, township or village"}, "")
			return
		}
		properties["level"] = string(level)
	}
	if national {
		in.derive("parent", parentOf(code))
		in.derive("kind", kindOf(code))
	}
	if zone, ok := properties["time_zone"].(string); ok {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
			in.blame("time_zone", &layers.Wrong{Fault: "not a time zone", Cure: "use a name such as Asia/Shanghai"}, zone)
		}
	}
}

// derive sets a field the file says nothing about.
func (in *row) derive(field, value string) {
	_, given := in.feature.Properties[field]
	_, declared := in.layer.Field(field)
	if !given && declared && value != "" && !in.bad[field] {
		in.feature.Properties[field] = value
	}
}

// parentOf is the code one level up; a city and a province stand at the top of
// the tree.
func parentOf(code string) string {
	switch len(code) {
	case 6:
		return code[:4]
	case 9:
		return code[:6]
	case 12:
		return code[:9]
	}
	return ""
}

// kindOf reads the last three digits of a township's or village's code, as the
// National Bureau of Statistics assigns them.
func kindOf(code string) string {
	if len(code) != 9 && len(code) != 12 {
		return ""
	}
	n, err := strconv.Atoi(code[len(code)-3:])
	if err != nil {
		return ""
	}
	if len(code) == 9 {
		switch {
		case n < 100:
			return "subdistrict"
		case n < 200:
			return "town"
		case n < 400:
			return "rural_township"
		case n < 600:
			return "statistical"
		}
		return ""
	}
	switch {
	case n < 200:
		return "residents"
	case n < 400:
		return "villagers"
	case n < 600:
		return "village_like"
	}
	return ""
}
