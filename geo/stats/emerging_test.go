package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// series turns h (hot), c (cold), H and C (the same, very), and . (neither)
// into scores and p-values.
func series(signs string) (z, p []float64) {
	for _, s := range signs {
		switch s {
		case 'h':
			z, p = append(z, 3), append(p, 0.003)
		case 'H':
			z, p = append(z, 9), append(p, 1e-9)
		case 'c':
			z, p = append(z, -3), append(p, 0.003)
		case 'C':
			z, p = append(z, -9), append(p, 1e-9)
		default:
			z, p = append(z, 0.1), append(p, 0.9)
		}
	}
	return z, p
}

// Each rule at its border: the counts are by hand.
func TestEmergingClasses(t *testing.T) {
	for signs, want := range map[string]Emergence{
		"..........":           NoPattern,
		"hhhhh.....":           NoPattern,
		".........h":           New,
		"....c....h":           New, // cold before, hot for the first time
		"........hh":           Consecutive,
		"..c.....hh":           Consecutive,
		".hhhhhhhh":            -128, // nine steps are too few
		"..hhhhhhhh":           Consecutive,
		".hhhhhhhhh":           Persistent, // 90 %
		"hhhhhhhhhh":           Persistent, // ties: no trend
		"hhhhhHHHHH":           Intensifying,
		"HHHHHhhhhh":           Diminishing,
		"h........h":           Sporadic,
		"hhh.hhh..h":           Sporadic,
		"h.hh....hh":           Sporadic, // never two runs in consecutive
		"hh..c....h":           Oscillating,
		"hhhhhhhhh.":           Historical,
		"hhhhhhhh..":           NoPattern, // 80 %
		"hhhhhhhhhc":           -New,      // what it is now decides
		"hhhhhhhhcc":           -Consecutive,
		"chhhhhhhhc":           -Oscillating,
		"hhhhhhhhhhhhhhhhhh..": Historical, // 18 of 20
		"hhhhhhhhhhhhhhhhh...": NoPattern,  // 17 of 20
		"CCCCCccccc":           -Diminishing,
		"cccccCCCCC":           -Intensifying,
	} {
		z, p := series(signs)
		got, err := Emerging(z, p, 0.05)
		if want == -128 {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%s: %v %v, want too few steps", signs, got, err)
			}
		} else if err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", signs, got, err, want)
		}
	}
}

// A p at the level counts, as everywhere here; one just above does not.
func TestEmergingAtTheLevel(t *testing.T) {
	z, p := series(".........h")
	for level, want := range map[float64]Emergence{p[9]: New, math.Nextafter(p[9], 0): NoPattern} {
		if got, err := Emerging(z, p, level); got != want || err != nil {
			t.Errorf("at %g: %v %v, want %v", level, got, err, want)
		}
	}
}

// The deviations of sfdep from the published rules, which we do not share:
// cold steps do not count towards "nearly always hot", and a place need not be
// below average to be historical.
func TestEmergingWhereToolsDiffer(t *testing.T) {
	z, p := series("cchhhhhhhh")
	if got, _ := Emerging(z, p, 0.05); got != Consecutive {
		t.Errorf("two cold, eight hot: %v, want consecutive: hot in 80 %%, not 100 %%", got)
	}
	z, p = series("hhhhhhhhh.") // the last z is above 0
	if got, _ := Emerging(z, p, 0.05); got != Historical {
		t.Errorf("%v, want historical", got)
	}
}

// Every series has one class and no panic, and the opposite series has the
// opposite class.
func TestEmergingIsExclusiveAndSymmetric(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	seen := map[Emergence]int{}
	for range 200000 {
		n := MinimumSteps + r.IntN(12)
		hot, cold := r.Float64(), r.Float64()*r.Float64()
		slope, side := r.NormFloat64()/4, float64(1-2*r.IntN(2))
		z, p, turned := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range z {
			z[i], p[i] = r.NormFloat64()/10, 1
			if r.Float64() < hot {
				z[i], p[i] = 3+slope*float64(i)+r.Float64(), 0.001
			} else if r.Float64() < cold {
				z[i], p[i] = -3+slope*float64(i), 0.001
			}
			z[i] *= side
			turned[i] = -z[i]
		}
		kind, err := Emerging(z, p, 0.05)
		opposite, err2 := Emerging(turned, p, 0.05)
		if err != nil || err2 != nil || opposite != -kind || kind < -8 || kind > 8 {
			t.Fatalf("%v %v: %v (%v), turned %v (%v)", z, p, kind, err, opposite, err2)
		}
		seen[kind]++
	}
	for kind := Emergence(-8); kind <= 8; kind++ {
		if seen[kind] == 0 {
			t.Errorf("no series was %v", kind)
		}
	}
}

func TestEmergenceNames(t *testing.T) {
	names := map[string]bool{}
	for kind := Emergence(-8); kind <= 8; kind++ {
		names[kind.String()] = true
		if kind < 0 && kind.String() != "cold "+(-kind).String() {
			t.Errorf("%d is %q", kind, kind)
		}
	}
	if len(names) != 17 {
		t.Errorf("%d names of 17 classes", len(names))
	}
}

func TestEmergingRefuses(t *testing.T) {
	z, p := series(strings.Repeat("h", 10))
	for name, err := range map[string]error{
		"lengths": failure(Emerging(z, p[1:], 0.05)),
		"level":   failure(Emerging(z, p, math.NaN())),
		"steps":   failure(Emerging(nil, nil, 0.05)),
	} {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, want ErrInput", name, err)
		}
	}
}

func FuzzEmerging(f *testing.F) {
	f.Add([]byte("0123456789"), 0.05)
	f.Fuzz(func(t *testing.T, bytes []byte, level float64) {
		z, p := make([]float64, len(bytes)), make([]float64, len(bytes))
		for i, b := range bytes {
			z[i], p[i] = float64(int8(b))/16, float64(b%32)/31
			if b == 255 {
				z[i], p[i] = math.NaN(), math.NaN()
			}
		}
		kind, err := Emerging(z, p, level)
		for i := range z {
			z[i] = -z[i]
		}
		opposite, err2 := Emerging(z, p, level)
		if (err == nil) != (err2 == nil) || kind != -opposite {
			t.Fatalf("%v %v and turned %v %v", kind, err, opposite, err2)
		}
	})
}
