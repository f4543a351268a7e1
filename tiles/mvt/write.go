package mvt

import (
	"encoding/binary"
	"math"
)

// The fields of the protobuf messages Tile, Layer, Feature and Value, as their
// key bytes: number and wire type.
const (
	TileLayer = 3<<3 | 2

	LayerName    = 1<<3 | 2
	LayerFeature = 2<<3 | 2
	LayerKey     = 3<<3 | 2
	LayerValue   = 4<<3 | 2
	LayerExtent  = 5<<3 | 0
	LayerVersion = 15<<3 | 0

	FeatureID       = 1<<3 | 0
	FeatureTags     = 2<<3 | 2
	FeatureType     = 3<<3 | 0
	FeatureGeometry = 4<<3 | 2

	ValueString = 1<<3 | 2
	ValueDouble = 3<<3 | 1
	ValueInt    = 4<<3 | 0
	ValueUint   = 5<<3 | 0
	ValueSint   = 6<<3 | 0
	ValueBool   = 7<<3 | 0
)

// AppendVarint appends a base-128 varint.
func AppendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// VarintLen is how many bytes AppendVarint appends.
func VarintLen(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}

// Zigzag folds a signed number so that small ones of either sign stay small.
func Zigzag(v int32) uint32 { return uint32(v<<1) ^ uint32(v>>31) }

// Unzigzag is the inverse of Zigzag.
func Unzigzag(v uint32) int32 { return int32(v>>1) ^ -int32(v&1) }

// Command is a command integer of a geometry.
func Command(command, count uint32) uint32 { return command | count<<3 }

// AppendValue appends a Value message, without the key and length that stand
// before it in a layer: string, bool, int64, uint64 and float64. What a value
// of another type would be, is nothing.
func AppendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		b = append(b, ValueString)
		b = AppendVarint(b, uint64(len(v)))
		return append(b, v...)
	case bool:
		bit := byte(0)
		if v {
			bit = 1
		}
		return append(b, ValueBool, bit)
	case uint64:
		return AppendUint(b, v)
	case int64:
		if v < 0 {
			b = append(b, ValueSint)
			return AppendVarint(b, uint64(v<<1)^uint64(v>>63))
		}
		return AppendUint(b, uint64(v))
	case float64:
		// 1.0 is told as an integer, as PostGIS tells it: two bytes instead of nine.
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return AppendValue(b, int64(v))
		}
		return AppendDouble(b, v)
	}
	return b
}

// AppendUint appends the Value message of a number that is not negative.
func AppendUint(b []byte, v uint64) []byte { return AppendVarint(append(b, ValueUint), v) }

// AppendDouble appends the Value message of a number.
func AppendDouble(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, ValueDouble), math.Float64bits(v))
}
