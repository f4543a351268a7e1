package held

import (
	"encoding/binary"
	"math"

	"sitmap/layers"
	"sitmap/tiles/mvt"
)

// Column is the values of one field: feature i has the value Refs[i], which is
// 0 where it has none.
type Column struct {
	Field layers.Field
	// Once says that a value is not looked for among those of other features,
	// because nearly every feature has its own.
	Once bool
	Refs []uint32
	// Value r is arena[ends[r-1]:ends[r]].
	arena []byte
	ends  []uint32
}

// Values is how many different values there are, counting "none".
func (c *Column) Values() int { return len(c.ends) }

// Message is value r as the Value message of a vector tile.
func (c *Column) Message(r uint32) []byte { return c.arena[c.ends[r-1]:c.ends[r]] }

// Text is value r where that is a text. Nobody may write to it.
func (c *Column) Text(r uint32) (text []byte, ok bool) {
	if r == 0 {
		return nil, false
	}
	m := c.Message(r)
	if m[0] != mvt.ValueString {
		return nil, false
	}
	_, n := binary.Uvarint(m[1:])
	return m[1+n:], true
}

// Value is value r as it came: string, bool, int64 or float64; nil for 0.
func (c *Column) Value(r uint32) any {
	if r == 0 {
		return nil
	}
	if text, ok := c.Text(r); ok {
		return string(text)
	}
	m := c.Message(r)
	switch m[0] {
	case mvt.ValueBool:
		return m[1] == 1
	case mvt.ValueDouble:
		return math.Float64frombits(binary.LittleEndian.Uint64(m[1:]))
	}
	u, _ := binary.Uvarint(m[1:])
	v := int64(u)
	if m[0] == mvt.ValueSint {
		v = int64(u>>1) ^ -int64(u&1)
	}
	if c.Field.Type == layers.Number {
		return float64(v)
	}
	return v
}

// Words are the values of a layer, each kept once for all its parts. They only
// grow. One goroutine at a time may build with them; parts that are built
// already may be read meanwhile.
type Words struct {
	columns []Column // without Refs
	find    []map[string]uint32
}

func newWords(l layers.Layer) *Words {
	fields := append([]layers.Field{{Name: "id", Type: layers.String}}, l.Fields...)
	w := &Words{columns: make([]Column, len(fields)), find: make([]map[string]uint32, len(fields))}
	for i, f := range fields {
		w.columns[i] = Column{Field: f, Once: i == 0 || f.Type == layers.Time, ends: []uint32{0}}
		w.find[i] = map[string]uint32{}
	}
	return w
}

// ref is the number of a value in column i, new or known. scratch is returned
// for the next call.
func (w *Words) ref(i int, v any, scratch []byte) (uint32, []byte) {
	if v == nil {
		return 0, scratch
	}
	scratch = mvt.AppendValue(scratch[:0], v)
	if len(scratch) == 0 {
		return 0, scratch
	}
	c := &w.columns[i]
	if !c.Once {
		if r, ok := w.find[i][string(scratch)]; ok {
			return r, scratch
		}
	}
	c.arena = append(c.arena, scratch...)
	c.ends = append(c.ends, uint32(len(c.arena)))
	r := uint32(len(c.ends) - 1)
	if !c.Once {
		w.find[i][string(scratch)] = r
	}
	return r, scratch
}
