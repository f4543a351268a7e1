package postgis

import "sitmap/layers"

// URL is the database of the store, for tests that look behind it.
func (s *Store) URL() string { return s.url }

// Inner parts that have tests of their own.
var (
	ApplySteps = apply
	Step       = func(name, text string) migration { return migration{name, text} }
	Split      = split
	LineColumn = lineColumn
	ToEWKB     = toEWKB
	FromEWKB   = fromEWKB
	ToPinyin   = toPinyin
)

// ReadProps reads the properties of a feature, by the two ways there are.
func ReadProps(l layers.Layer, text string) (usual, unusual map[string]any, err1, err2 error) {
	r := newPropReader(l)
	usual, err1 = r.read([]byte(text))
	unusual, err2 = r.unusual([]byte(text))
	return usual, unusual, err1, err2
}

// Steps is a schema.
type Steps = []migration

func (s statement) Text() string { return s.text }
func (s statement) At() int      { return s.at }
