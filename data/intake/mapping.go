package intake

import (
	"fmt"
	"slices"
	"strings"

	"sitmap/data/format"
	"sitmap/layers"
)

// Assignment says which field a column fills. The target is a field's name,
// "id", "lon" or "lat"; "-" leaves the column out.
type Assignment struct{ Column, Target string }

// ParseAssignment reads "COLUMN=FIELD". The last equals sign counts, since a
// column's name may contain one. The error is of kind layers.ErrInvalid.
func ParseAssignment(s string) (Assignment, error) {
	i := strings.LastIndexByte(s, '=')
	if i < 0 {
		return Assignment{}, fmt.Errorf("mapping %q: write COLUMN=FIELD, or COLUMN=- to leave the column out: %w", shorten(s), layers.ErrInvalid)
	}
	a := Assignment{Column: strings.TrimSpace(s[:i]), Target: strings.TrimSpace(s[i+1:])}
	if a.Column == "" || a.Target == "" {
		return Assignment{}, fmt.Errorf("mapping %q: both sides of the equals sign want a name: %w", shorten(s), layers.ErrInvalid)
	}
	return a, nil
}

// mapping is which column fills what.
type mapping struct {
	columns []string       // of the file, in its order
	column  map[string]int // by target: a field, toID, toLon, toLat
	leftOut []LeftOut      // in the order of the file
	idField string         // the field that is the id, where the layer has one
}

// mapColumns finds the column of each field: first as the assignments say, then
// by the names of the columns. Everything that cannot work is found here,
// before any row is read.
func mapColumns(layer layers.Layer, head format.Head, assignments []Assignment) (*mapping, error) {
	m := &mapping{columns: head.Columns, column: map[string]int{}}
	if layer.Storage == layers.InArea {
		m.idField = "code"
	}
	assigned, err := m.assign(layer, assignments)
	if err != nil {
		return nil, err
	}
	if err := m.recognise(layer, head, assigned); err != nil {
		return nil, err
	}
	return m, m.complete(layer, head)
}

// assign follows the assignments and gives, for each column they name, the
// target.
func (m *mapping) assign(layer layers.Layer, assignments []Assignment) (map[int]string, error) {
	assigned := make(map[int]string)
	for _, a := range assignments {
		i, err := m.find(a.Column)
		if err != nil {
			return nil, err
		}
		target, err := m.target(layer, a.Target)
		if err != nil {
			return nil, err
		}
		if before, twice := assigned[i]; twice && before != target {
			return nil, fmt.Errorf("column %s is mapped to both %s and %s: %w", m.columns[i], before, target, layers.ErrInvalid)
		}
		assigned[i] = target
		if target == toNothing {
			continue
		}
		if smellOfPerson(m.columns[i]) == person {
			return nil, fmt.Errorf("column %s speaks of a person, and there is no field for persons on this map; leave it out: %w", m.columns[i], layers.ErrInvalid)
		}
		if other, taken := m.column[target]; taken && other != i {
			return nil, m.twoColumns(target, other, i)
		}
		m.column[target] = i
	}
	return assigned, nil
}

// find is the column of that name: exactly, else by the folded name when only
// one column has it.
func (m *mapping) find(name string) (int, error) {
	if i := slices.Index(m.columns, name); i >= 0 {
		return i, nil
	}
	found, count := 0, 0
	for i, column := range m.columns {
		if foldName(column) == foldName(name) {
			found, count = i, count+1
		}
	}
	if count != 1 {
		return 0, fmt.Errorf("no column is called %q; the columns are %s: %w", shorten(name), listColumns(m.columns), layers.ErrInvalid)
	}
	return found, nil
}

func (m *mapping) target(layer layers.Layer, name string) (string, error) {
	switch {
	case name == toNothing, name == toLon, name == toLat:
		return name, nil
	case name == toID:
		return m.canonical(name), nil
	}
	if _, ok := layer.Field(name); ok {
		return name, nil
	}
	targets := []string{toID, toLon, toLat}
	for _, f := range layer.Fields {
		targets = append(targets, f.Name)
	}
	return "", fmt.Errorf("layer %s has no field %q; columns can be mapped to %s, or - to leave them out: %w",
		layer.ID, shorten(name), strings.Join(targets, ", "), layers.ErrInvalid)
}

// recognise finds targets for the columns nobody assigned, by their names. A
// column called exactly like the field goes before one with another of its
// names.
func (m *mapping) recognise(layer layers.Layer, head format.Head, assigned map[int]string) error {
	index := nameIndex(layer)
	found := make([]match, len(m.columns))
	for i, column := range m.columns {
		if _, done := assigned[i]; done {
			continue
		}
		found[i] = index[foldName(column)]
		if target := m.canonical(found[i].target); target != found[i].target {
			found[i] = match{target, false}
		}
	}
	for _, own := range []bool{true, false} {
		round := make(map[string]int) // the columns of this round, by target
		for i, one := range found {
			if one.target == "" || one.own != own || !m.wanted(layer, head, one.target) {
				continue
			}
			if other, twice := round[one.target]; twice {
				return m.twoColumns(one.target, other, i)
			}
			if _, taken := m.column[one.target]; !taken {
				m.column[one.target], round[one.target] = i, i
			}
		}
	}
	for i, column := range m.columns {
		if m.targetOf(i) == "" {
			m.leftOut = append(m.leftOut, LeftOut{Column: column, Reason: m.reason(layer, head, i, found[i].target, assigned)})
		}
	}
	return nil
}

// wanted reports whether a column may fill the target without being told to:
// the coordinates in columns are for points of files without a geometry.
func (m *mapping) wanted(layer layers.Layer, head format.Head, target string) bool {
	if target != toLon && target != toLat {
		return true
	}
	return !head.Geometry && (layer.Geometry == layers.Points || layer.Geometry == layers.Mixed)
}

func (m *mapping) twoColumns(target string, a, b int) error {
	return fmt.Errorf("the columns %s and %s are both for %s; leave one out with %q or %q: %w",
		m.columns[a], m.columns[b], target, m.columns[a]+"=-", m.columns[b]+"=-", layers.ErrInvalid)
}

// targetOf is what the column fills, empty for nothing.
func (m *mapping) targetOf(i int) string {
	for target, column := range m.column {
		if column == i {
			return target // the only one: a column fills one target
		}
	}
	return ""
}

// canonical is the field that is the id, where the layer has one, for "id".
func (m *mapping) canonical(target string) string {
	if target == toID && m.idField != "" {
		return m.idField
	}
	return target
}

// reason says why a column is left out.
func (m *mapping) reason(layer layers.Layer, head format.Head, i int, target string, assigned map[int]string) layers.Text {
	switch smell := smellOfPerson(m.columns[i]); {
	case assigned[i] == toNothing:
		return layers.Text{Zh: "按要求不导入", En: "as asked"}
	case target == toLon || target == toLat:
		if head.Geometry {
			return layers.Text{Zh: "以文件自带的图形为准", En: "the file's own geometry is used"}
		}
		if !m.wanted(layer, head, target) {
			return layers.Text{Zh: "该图层不是点", En: "the layer's features are not points"}
		}
		fallthrough
	case target != "":
		return layers.Text{Zh: fmt.Sprintf("%s 已取自列 %s", target, m.columnOf(target)), En: fmt.Sprintf("%s is taken from column %s", target, m.columnOf(target))}
	case smell == person:
		return layers.Text{Zh: "涉及个人，不导入", En: "personal"}
	case smell == contact:
		return layers.Text{Zh: "可能是个人联系方式，不导入", En: "personal: perhaps somebody's contact"}
	}
	return layers.Text{Zh: "没有对应的字段", En: "no field takes it"}
}

// columnOf is how the file calls the column of a target; the target itself
// where no column fills it.
func (m *mapping) columnOf(target string) string {
	target = m.canonical(target)
	if i, ok := m.column[target]; ok {
		return m.columns[i]
	}
	lon, hasLon := m.column[toLon]
	lat, hasLat := m.column[toLat]
	if target == "geometry" && hasLon && hasLat {
		return m.columns[lon] + ", " + m.columns[lat]
	}
	return target
}

// complete makes sure that every feature can have an id, a place and all
// required fields.
func (m *mapping) complete(layer layers.Layer, head format.Head) error {
	var missing []string
	has := func(target string) bool { _, ok := m.column[target]; return ok }
	if m.idField == "" && !has(toID) && !head.IDs {
		missing = append(missing, toID)
	}
	for _, f := range layer.Fields {
		if f.Required && !has(f.Name) && !(f.Name == m.idField && head.IDs) && !(layer.Storage == layers.InArea && f.Name == "level") {
			missing = append(missing, f.Name)
		}
	}
	if !head.Geometry && layer.Storage != layers.InArea {
		if layer.Geometry == layers.Lines || layer.Geometry == layers.Polygons {
			return fmt.Errorf("layer %s has %s geometry, which a table with coordinates in columns cannot hold; import a GeoJSON file: %w", layer.ID, layer.Geometry, layers.ErrInvalid)
		}
		for _, target := range []string{toLon, toLat} {
			if !has(target) {
				missing = append(missing, target)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("no column is for %s; the columns are %s; name them as COLUMN=FIELD: %w", strings.Join(missing, ", "), listColumns(m.columns), layers.ErrInvalid)
}

// report gives what the mapping came to, for people.
func (m *mapping) report() ([]Mapped, []LeftOut) {
	var used []Mapped
	for i, column := range m.columns {
		if target := m.targetOf(i); target != "" {
			used = append(used, Mapped{Column: column, Field: target})
		}
	}
	return used, m.leftOut
}

func listColumns(columns []string) string {
	const most = 60
	if len(columns) == 0 {
		return "none"
	}
	if len(columns) > most {
		return strings.Join(columns[:most], ", ") + fmt.Sprintf(" … (%d in all)", len(columns))
	}
	return strings.Join(columns, ", ")
}
