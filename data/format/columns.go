package format

import (
	"fmt"
	"strings"
	"unicode"

	"sitmap/layers"
)

const (
	// maxColumns is how many columns a file may have.
	maxColumns = 2000
	// maxColumnName is how many characters of a column's name are kept.
	maxColumnName = 100
)

// columnNames makes the names of a file's columns presentable and different
// from one another, see Head.Columns.
func columnNames(raw []string) ([]string, error) {
	if len(raw) > maxColumns {
		return nil, fmt.Errorf("the file has %d columns, at most %d are read: %w", len(raw), maxColumns, layers.ErrInvalid)
	}
	names := make([]string, len(raw))
	taken := make(map[string]bool, len(raw))
	empty := true
	for i, r := range raw {
		name := columnName(r)
		if name == "" {
			name = fmt.Sprintf("#%d", i+1)
		} else {
			empty = false
		}
		unique := name
		for n := 2; taken[unique]; n++ {
			unique = fmt.Sprintf("%s#%d", name, n)
		}
		taken[unique] = true
		names[i] = unique
	}
	if empty {
		return nil, fmt.Errorf("the first line names no column; write the names of the columns there: %w", layers.ErrInvalid)
	}
	return names, nil
}

// columnName is the name without control characters and surrounding space,
// and not too long: it will be printed on terminals and pages.
func columnName(raw string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, raw)
	name = strings.TrimSpace(name)
	if runes := []rune(name); len(runes) > maxColumnName {
		name = strings.TrimSpace(string(runes[:maxColumnName]))
	}
	return name
}
