package mlt

import (
	"errors"
	"fmt"
	"math"

	"sitmap/tiles/mvt"
)

// column is the values that features have under one key.
type column struct {
	key    string
	at     []int // features, rising
	values []any // as long as at, of the types of mvt.Property
	packed values
}

// columnsOf are the properties of the layer by key, in the order in which the
// keys come up. Where a feature has a key twice, the last value counts, as it
// does in MapLibre.
func columnsOf(l mvt.Layer) ([]*column, error) {
	var all []*column
	byKey := map[string]*column{}
	for i, f := range l.Features {
		for _, p := range f.Properties {
			c := byKey[p.Key]
			if c == nil {
				c = &column{key: p.Key}
				byKey[p.Key] = c
				all = append(all, c)
			}
			if last := len(c.at) - 1; last >= 0 && c.at[last] == i {
				c.values[last] = p.Value
				continue
			}
			c.at, c.values = append(c.at, i), append(c.values, p.Value)
		}
	}
	for _, c := range all {
		var err error
		if c.packed, err = valuesOf(c.values); err != nil {
			return nil, fmt.Errorf("key %q: %w", c.key, err)
		}
	}
	return all, nil
}

func (c *column) columnType(features int) byte {
	if len(c.at) < features {
		return c.packed.columnType() + nullable
	}
	return c.packed.columnType()
}

func (c *column) append(b []byte, features int) []byte {
	return c.packed.append(b, appendPresent(nil, c.at, features))
}

// values are those of a column, all of one type.
type values interface {
	columnType() byte
	// append appends their streams; that of presence, if any, comes first.
	append(b, present []byte) []byte
}

// valuesOf finds the narrowest type for values of mvt.Property. 64-bit integers
// are not among them: they reach JavaScript as BigInt, which the expressions of
// a style do not compare with numbers.
func valuesOf(all []any) (values, error) {
	var t texts
	var b bools
	var n numbers
	for _, v := range all {
		switch v := v.(type) {
		case string:
			t = append(t, v)
		case bool:
			b = append(b, v)
		default:
			f, err := number(v)
			if err != nil {
				return nil, err
			}
			n = append(n, f)
		}
	}
	switch len(all) {
	case len(t):
		return t, nil
	case len(b):
		return b, nil
	case len(n):
		return n.narrow(), nil
	}
	return nil, errors.New("its values are of several types")
}

// number is the value as JavaScript has it.
func number(v any) (float64, error) {
	const most = 1 << 53 // up to which float64 tells whole numbers apart
	switch v := v.(type) {
	case float32:
		return float64(v), nil
	case float64:
		return v, nil
	case int64:
		if v < -most || v > most {
			return 0, fmt.Errorf("%d is beyond 2⁵³", v)
		}
		return float64(v), nil
	case uint64:
		if v > most {
			return 0, fmt.Errorf("%d is beyond 2⁵³", v)
		}
		return float64(v), nil
	}
	return 0, fmt.Errorf("a tile holds no %T", v)
}

// numbers are not of a column's type yet.
type numbers []float64

// narrow gives them the narrowest type that holds them all.
func (n numbers) narrow() values {
	low, high, whole, single := math.Inf(1), math.Inf(-1), true, true
	for _, v := range n {
		low, high = min(low, v), max(high, v)
		whole = whole && v == math.Trunc(v)
		single = single && float64(float32(v)) == v
	}
	switch {
	case whole && low >= 0 && high <= math.MaxUint32:
		return integers{unsignedType, unsigned32, n.whole()}
	case whole && low >= math.MinInt32 && high <= math.MaxInt32:
		return integers{signedType, signed32, n.whole()}
	case single:
		return singles(n)
	}
	return doubles(n)
}

func (n numbers) whole() []int64 {
	all := make([]int64, len(n))
	for i, v := range n {
		all[i] = int64(v)
	}
	return all
}
