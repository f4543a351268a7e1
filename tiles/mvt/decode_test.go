package mvt_test

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"sitmap/layers"
	"sitmap/tiles/mvt"
)

// The tests build their tiles byte by byte, to say what no encoder would.

func varint(v uint64) []byte { return binary.AppendUvarint(nil, v) }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// number and sub are a varint and a length-prefixed field.
func number(field int, v uint64) []byte { return join(varint(uint64(field)<<3), varint(v)) }
func sub(field int, content ...[]byte) []byte {
	body := join(content...)
	return join(varint(uint64(field)<<3|2), varint(uint64(len(body))), body)
}

func packed(values ...uint32) (all []byte) {
	for _, v := range values {
		all = append(all, varint(uint64(v))...)
	}
	return all
}

// tile has one layer "a" of version 2 with these further fields.
func tile(fields ...[]byte) []byte {
	return sub(3, join(number(15, 2), sub(1, []byte("a"))), join(fields...))
}

// drawn is a tile with one feature of that type (1 point, 2 line, 3 polygon).
func drawn(kind uint64, commands ...uint32) []byte {
	return tile(sub(2, number(3, kind), sub(4, packed(commands...))))
}

// zz is the specification's ParameterInteger.
func zz(v int32) uint32 { return uint32(v<<1) ^ uint32(v>>31) }

// The commands and what they draw stand in the specification, 4.3.5.
func TestExamplesOfTheSpecification(t *testing.T) {
	tests := map[string]struct {
		kind     uint64
		commands []uint32
		want     mvt.Shape
	}{
		"point":       {1, []uint32{9, 50, 34}, mvt.Shape{Points: []mvt.XY{{25, 17}}}},
		"multi point": {1, []uint32{17, 10, 14, 3, 9}, mvt.Shape{Points: []mvt.XY{{5, 7}, {3, 2}}}},
		"line":        {2, []uint32{9, 4, 4, 18, 0, 16, 16, 0}, mvt.Shape{Lines: [][]mvt.XY{{{2, 2}, {2, 10}, {10, 10}}}}},
		"multi line": {2, []uint32{9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8},
			mvt.Shape{Lines: [][]mvt.XY{{{2, 2}, {2, 10}, {10, 10}}, {{1, 1}, {3, 5}}}}},
		"polygon": {3, []uint32{9, 6, 12, 18, 10, 12, 24, 44, 15},
			mvt.Shape{Polygons: []mvt.Rings{{{{3, 6}, {8, 12}, {20, 34}}}}}},
		"multi polygon": {3, []uint32{9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15},
			mvt.Shape{Polygons: []mvt.Rings{
				{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}},
				{{{11, 11}, {20, 11}, {20, 20}, {11, 20}}, {{13, 13}, {13, 17}, {17, 17}, {17, 13}}},
			}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := mvt.Decode(drawn(test.kind, test.commands...))
			if err != nil {
				t.Fatal(err)
			}
			f := got[0].Features[0]
			if f.Type != mvt.Type(test.kind) || !reflect.DeepEqual(f.Shape, test.want) {
				t.Errorf("%s %v, want %v", f.Type, f.Shape, test.want)
			}
		})
	}
}

// Each breaks one rule that the fixtures leave alone, and is told so.
func TestRefusals(t *testing.T) {
	point := sub(4, packed(9, 50, 34))
	value := func(content ...[]byte) []byte { return tile(sub(4, content...)) }
	tests := map[string]struct {
		tile []byte
		want string
	}{
		"a hole first":               {drawn(3, 9, 0, 0, 26, 0, 20, 20, 0, 0, 19, 15), "hole without an exterior"},
		"a ring there and back":      {drawn(3, 9, 0, 0, 18, 20, 0, 20, 0, 15), "feature 0: geometry: the ring from 0,0 has no area"},
		"a ring that closes itself":  {drawn(3, 9, 0, 0, 26, 20, 0, 0, 20, 19, 19, 15), "repeats its first vertex"},
		"a ring of two vertices":     {drawn(3, 9, 0, 0, 10, 20, 0, 15), "LineTo with a count of 1"},
		"a ring left open":           {drawn(3, 9, 0, 0, 18, 20, 0, 0, 20), "ClosePath is due"},
		"a ring without MoveTo":      {drawn(3, 9, 0, 0, 18, 20, 0, 0, 20, 15, 18, 20, 0, 0, 20, 15), "command 2 where MoveTo is due"},
		"no points":                  {drawn(1, 1), "MoveTo of no points"},
		"a point without commands":   {drawn(1), "it ends where MoveTo is due"},
		"a line without commands":    {drawn(2), "it ends where MoveTo is due"},
		"a polygon without commands": {drawn(3), "it ends where MoveTo is due"},
		"points in two commands":     {drawn(1, 9, 50, 34, 9, 50, 34), "goes on after the MoveTo"},
		"a point with a line":        {drawn(1, 9, 50, 34, 10, 2, 2), "goes on after the MoveTo"},
		"a line from two places":     {drawn(2, 17, 2, 2, 4, 4, 10, 2, 2), "MoveTo with a count of 2"},
		"a line of one vertex":       {drawn(2, 9, 2, 2), "LineTo is due"},
		"a line to nowhere":          {drawn(2, 9, 2, 2, 2), "LineTo with a count of 0"},
		"an unknown command":         {drawn(2, 9, 2, 2, 11, 2, 2), "command 3"},
		"a parameter of 33 bits":     {tile(sub(2, number(3, 1), sub(4, packed(9), varint(1<<32), varint(0)))), "ends before the last vertex"},
		"a key twice in a feature":   {tile(sub(3, []byte("k")), sub(4, number(7, 1)), sub(2, sub(2, packed(0, 0, 0, 0)), number(3, 1), point)), `key 0 ("k") stands there twice`},
		"an id twice":                {tile(sub(2, number(1, 5), number(1, 5), number(3, 1), point)), "the id stands there twice"},
		"a name twice":               {tile(sub(1, []byte("b"))), "the name stands there twice"},
		"an extent of nothing":       {tile(number(5, 0)), "extent is 0"},
		"an extent of 33 bits":       {tile(number(5, 1<<32)), "does not fit into 32 bits"},
		"version 3":                  {sub(3, number(15, 3), sub(1, []byte("a"))), "version is 3"},
		"a key that is not UTF-8":    {tile(sub(3, []byte{0xff})), "not UTF-8"},
		"a value that is not UTF-8":  {value(sub(1, []byte{0xff})), "not UTF-8"},
		"a value of nothing":         {value(), "value: it is empty"},
		"a value of two fields":      {value(number(7, 1), number(5, 1)), "more than one field"},
		"a bool of 2":                {value(number(7, 2)), "a bool of 2"},
		"a value cut short":          {value([]byte{2<<3 | 5, 0, 0}), "end inside a field"},
		"tags that are not packed":   {tile(sub(2, number(2, 0), number(2, 0), number(3, 1), point)), "written as a varint instead of bytes with a length"},
		"a group":                    {[]byte{4<<3 | 3}, "wire type 3"},
		"a field without a number":   {[]byte{0, 0}, "no field has the number 0"},
		"a varint of 11 bytes":       {join(varint(16<<3), []byte(strings.Repeat("\x80", 10)), []byte{1}), "longer than 64 bits"},
		"a length beyond the end":    {join([]byte{3<<3 | 2}, varint(math.MaxUint64)), "end inside a field"},
		"the second layer's feature 1": {join(tile(), sub(3, number(15, 2), sub(1, []byte("b")), sub(2, number(3, 1), point), sub(2))),
			`tile: layer 1 "b": feature 1: it has no geometry: invalid`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := mvt.Decode(test.tile)
			if !errors.Is(err, layers.ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, %v; want a refusal that says %q", got, err, test.want)
			}
		})
	}
}

// What the specification or protobuf allows, though nobody recommends it.
func TestAccepts(t *testing.T) {
	point := sub(4, packed(9, 50, 34))
	named := join(number(15, 2), sub(1, []byte("a")))
	tests := map[string]struct {
		tile []byte
		want string // as Dump writes it
	}{
		"nothing": {nil, ""},
		"fields of others": {
			join(number(16, 1), sub(3, named, sub(16, []byte("x")), varint(17<<3|1), []byte("8 bytes!"), varint(18<<3|5), []byte("four"), sub(2, sub(9), number(3, 1), point))),
			"layer \"a\" version 2 extent 4096: 1 feature\nfeature - point\n  at 25,17\n"},
		"keys and values behind the feature, fields in any order": {
			sub(3, sub(2, point, sub(2, packed(1, 0)), number(3, 1), number(1, 7)), sub(4, number(6, 5)), sub(3, []byte("j")), sub(3, []byte("k")), number(5, 512), named),
			"layer \"a\" version 2 extent 512: 1 feature\nfeature 7 point\n  k = -3\n  at 25,17\n"},
		"one id for two, and 0 is an id": {
			tile(sub(2, number(1, 0), number(3, 1), point), sub(2, number(1, 0), number(3, 1), point)),
			"layer \"a\" version 2 extent 4096: 2 features\nfeature 0 point\n  at 25,17\nfeature 0 point\n  at 25,17\n"},
		"Unknown geometry, whatever it says": {
			tile(sub(2, number(3, 0), sub(4, packed(5, 5)))),
			"layer \"a\" version 2 extent 4096: 1 feature\nfeature - unknown\n"},
		"a layer whose name is empty": {
			sub(3, number(15, 1), sub(1)),
			"layer \"\" version 1 extent 4096: 0 features\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := mvt.Decode(test.tile)
			if err != nil || mvt.Dump(got) != test.want {
				t.Errorf("%v\n%s\nwant\n%s", err, mvt.Dump(got), test.want)
			}
		})
	}
}

// A square of side 2³¹-1 has twice an area of nearly 2⁶³: the sum over its
// triangles does not fit into 64 bits, and its sign has to be right.
func TestWindingOfTheLargestRing(t *testing.T) {
	const side = math.MaxInt32
	out, back := zz(side), zz(-side)
	got, err := mvt.Decode(drawn(3, 9, 0, 0, 26, out, 0, 0, out, back, 0, 15))
	if err != nil {
		t.Fatal(err)
	}
	want := []mvt.Rings{{{{0, 0}, {side, 0}, {side, side}, {0, side}}}}
	if shape := got[0].Features[0].Shape; !reflect.DeepEqual(shape.Polygons, want) {
		t.Errorf("%v, want %v", shape.Polygons, want)
	}
	if _, err := mvt.Decode(drawn(3, 9, 0, 0, 26, 0, out, out, 0, 0, back, 15)); err == nil {
		t.Error("the same ring the other way round is no exterior")
	}
	// Four such squares in a row.
	steps := []uint32{9, 0, 0, 9<<3 | mvt.LineTo, out, 0, out, 0, out, 0, out, 0, 0, out, back, 0, back, 0, back, 0, back, 0, 15}
	if _, err := mvt.Decode(drawn(3, steps...)); err != nil {
		t.Error(err)
	}
}

// Whatever a tile claims, memory follows the bytes that it has.
func TestMemoryFollowsTheInput(t *testing.T) {
	const most = 1<<29 - 1
	hostile := map[string][]byte{
		"points":   drawn(1, most<<3|mvt.MoveTo, 2, 2),
		"vertices": drawn(2, 9, 0, 0, most<<3|mvt.LineTo, 2, 2),
		"a ring":   drawn(3, 9, 0, 0, most<<3|mvt.LineTo, 2, 2),
		"a layer":  join([]byte{3<<3 | 2}, varint(1<<40)),
		"a key":    tile([]byte{3<<3 | 2}, varint(1<<40)),
		"tags":     tile(sub(2, []byte{2<<3 | 2}, varint(1<<40))),
	}
	for name, body := range hostile {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := mvt.Decode(body)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 64<<10 {
			t.Errorf("%s: %d bytes of memory for a tile of %d bytes", name, spent, len(body))
		}
	}
}

// The result does not change when the input's buffer is used again.
func TestKeepsNothingOfTheInput(t *testing.T) {
	body := tile(sub(3, []byte("k")), sub(4, sub(1, []byte("value"))), sub(2, sub(2, packed(0, 0)), number(3, 1), sub(4, packed(9, 50, 34))))
	got, err := mvt.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	before := mvt.Dump(got)
	clear(body)
	if after := mvt.Dump(got); after != before {
		t.Errorf("%s\nbecame\n%s", before, after)
	}
}

// Every type of value has a mark of its own.
func TestDumpTellsTypesApart(t *testing.T) {
	properties := []mvt.Property{
		{"text", "5"}, {"text with breaks", "a\nb \"武威\""}, {"integer", int64(5)}, {"unsigned", uint64(5)},
		{"double", 5.0}, {"float", float32(0.1)}, {"large", 1e300}, {"nan", math.NaN()}, {"yes", true},
	}
	got := mvt.Dump([]mvt.Layer{{Name: "网格", Version: 2, Extent: 4096, Features: []mvt.Feature{{Properties: properties}}}})
	want := `layer "网格" version 2 extent 4096: 1 feature
feature - unknown
  text = "5"
  "text with breaks" = "a\nb \"武威\""
  integer = 5
  unsigned = 5u
  double = 5.0
  float = 0.1f
  large = 1e+300
  nan = NaN
  yes = true
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
