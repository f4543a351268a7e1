package layers

import "testing"

// Ranges worked out on paper: 15 digits in all.
func TestRangeOfCode(t *testing.T) {
	tests := map[string]AreaRange{
		"6206":            {620600000000000, 620699999999999},
		"620622":          {620622000000000, 620622999999999},
		"620622101":       {620622101000000, 620622101999999},
		"620622101203":    {620622101203000, 620622101203999},
		"620622101203007": {620622101203007, 620622101203007},
	}
	for code, want := range tests {
		if got, err := RangeOfCode(code); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", code, got, err, want)
		}
	}
	for _, code := range []string{"", "6", "62062", "6206AB", "-20622", "６２", "6206221012030071"} {
		if got, err := RangeOfCode(code); err == nil {
			t.Errorf("%q has the range %v", code, got)
		}
	}
}

// A child's range lies in its parent's, and siblings do not meet.
func FuzzRanges(f *testing.F) {
	f.Add(uint32(6206), uint8(22), uint8(21))
	f.Fuzz(func(t *testing.T, city uint32, county, other uint8) {
		code := func(n uint64, digits int) string {
			b := make([]byte, digits)
			for i := digits - 1; i >= 0; i-- {
				b[i] = byte('0' + n%10)
				n /= 10
			}
			return string(b)
		}
		parent := code(uint64(city%10000), 4)
		a, b := parent+code(uint64(county%100), 2), parent+code(uint64(other%100), 2)
		p, _ := RangeOfCode(parent)
		ra, _ := RangeOfCode(a)
		rb, _ := RangeOfCode(b)
		if !p.Contains(ra.Low) || !p.Contains(ra.High) {
			t.Errorf("%s is not inside %s", a, parent)
		}
		if a != b && (ra.Contains(rb.Low) || rb.Contains(ra.Low)) {
			t.Errorf("%s and %s meet", a, b)
		}
		if got := RangeOfNumber(ra.Low, County); got != ra {
			t.Errorf("%s by number: %v", a, got)
		}
	})
}
