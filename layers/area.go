package layers

import (
	"fmt"
	"strings"
)

// Level is a step of the administrative tree.
type Level string

// The levels, and the digits of a code at each.
const (
	Province Level = "province" // 2
	City     Level = "city"     // 4
	County   Level = "county"   // 6
	Township Level = "township" // 9
	Village  Level = "village"  // 12
	GridArea Level = "grid"     // 15, the grid layer's own codes
)

var digitsOf = []struct {
	level  Level
	digits int
}{{Province, 2}, {City, 4}, {County, 6}, {Township, 9}, {Village, 12}, {GridArea, 15}}

// Digits is the length of a code at that level, 0 for an unknown level.
func (l Level) Digits() int {
	for _, d := range digitsOf {
		if d.level == l {
			return d.digits
		}
	}
	return 0
}

// LevelOfDigits is the level whose codes have that many digits.
func LevelOfDigits(digits int) (Level, bool) {
	for _, d := range digitsOf {
		if d.digits == digits {
			return d.level, true
		}
	}
	return "", false
}

// AreaDigits is the length of an area number.
const AreaDigits = 15

// AreaRange is the numbers of an area and of everything inside it, both ends
// included, so that "inside" is a comparison of integers.
type AreaRange struct{ Low, High int64 }

// Contains reports whether the number lies in the range.
func (r AreaRange) Contains(n int64) bool { return r.Low <= n && n <= r.High }

// Everywhere is the range of all areas.
var Everywhere = AreaRange{Low: 0, High: 999_999_999_999_999}

// AreaNumber turns a code of 2, 4, 6, 9, 12 or 15 digits (GB/T 2260 and the
// statistical codes below it, then the grid) into the number the store uses:
// the code padded with zeros on the right to 15 digits.
func AreaNumber(code string) (int64, error) {
	r, err := RangeOfCode(code)
	return r.Low, err
}

// RangeOfCode is the numbers inside the area of that code.
func RangeOfCode(code string) (AreaRange, error) {
	if _, ok := LevelOfDigits(len(code)); !ok || strings.Trim(code, "0123456789") != "" {
		return AreaRange{}, fmt.Errorf("area code %q is not 2, 4, 6, 9, 12 or 15 digits: %w", code, ErrInvalid)
	}
	var low int64
	for _, c := range code {
		low = low*10 + int64(c-'0')
	}
	width := int64(1)
	for i := len(code); i < AreaDigits; i++ {
		low *= 10
		width *= 10
	}
	return AreaRange{Low: low, High: low + width - 1}, nil
}

// RangeOfNumber is the range of an area given as number and level.
func RangeOfNumber(number int64, level Level) AreaRange {
	width := int64(1)
	for i := level.Digits(); i < AreaDigits; i++ {
		width *= 10
	}
	return AreaRange{Low: number, High: number + width - 1}
}

// AreaName is an area as menus and paths need it.
type AreaName struct {
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	NameEn    string     `json:"nameEn,omitempty"`
	Level     Level      `json:"level"`
	Bounds    *BoundsBox `json:"bounds,omitempty"`
	Synthetic bool       `json:"synthetic,omitempty"`
	Range     AreaRange  `json:"-"`
}

// AreaNode is an area among its kin. Below a village the children are its
// grids.
type AreaNode struct {
	Area     AreaName   `json:"area"`
	Path     []AreaName `json:"path"` // from the city to the area itself
	Siblings []AreaName `json:"siblings"`
	Children []AreaName `json:"children"`
}

// BoundsBox is west, south, east, north in degrees, as JSON clients want it.
type BoundsBox [4]float64
