package postgis

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

// Steps is a schema.
type Steps = []migration

func (s statement) Text() string { return s.text }
func (s statement) At() int      { return s.at }
