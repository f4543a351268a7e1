package bounds

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A table of 2 × 2 with its margins: an entry lies between max(0, r + c − n) and
// min(r, c) (Fréchet).
func TestTwoByTwo(t *testing.T) {
	for _, test := range []struct{ r1, r2, c1, low, high int64 }{
		{5, 7, 6, 0, 5}, {9, 3, 10, 7, 9}, {4, 0, 3, 3, 3}, {12, 5, 5, 0, 5},
	} {
		n := test.r1 + test.r2
		s := NewSystem(4) // a b / c d
		know(t, s, []int{0, 1}, test.r1)
		know(t, s, []int{2, 3}, test.r2)
		know(t, s, []int{0, 2}, test.c1)
		know(t, s, []int{1, 3}, n-test.c1)
		v, err := s.Solve()
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Bounds([]int{0})
		if err != nil || got.Low != (Fraction{test.low, 1}) || got.High != (Fraction{test.high, 1}) || got.Unbounded {
			t.Errorf("%+v: %+v %v", test, got, err)
		}
	}
}

// The margins of a 2 × 2 × 2 table can pin entries to halves: three pairs that
// sum to one each leave each of them one half (a triangle).
func TestTriangle(t *testing.T) {
	s := NewSystem(3)
	know(t, s, []int{0, 1}, 1)
	know(t, s, []int{1, 2}, 1)
	know(t, s, []int{0, 2}, 1)
	v, err := s.Solve()
	if err != nil {
		t.Fatal(err)
	}
	for u := range 3 {
		if got, err := v.Bounds([]int{u}); err != nil || got.Low != (Fraction{1, 2}) || got.Width() != 0 {
			t.Errorf("%d: %+v %v", u, got, err)
		}
	}
}

func TestImpossibleAndUnbounded(t *testing.T) {
	s := NewSystem(3)
	know(t, s, []int{0}, 4)
	know(t, s, []int{0, 1}, 3)
	if _, err := s.Solve(); err == nil {
		t.Error("4 of 3 was possible")
	}
	s = NewSystem(2)
	know(t, s, []int{0}, 4)
	v, err := s.Solve()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Bounds([]int{1}); err != nil || !got.Unbounded || got.Low.Num != 0 || !math.IsInf(got.Width(), 1) {
		t.Errorf("an unknown that nothing is known of: %+v %v", got, err)
	}
	for _, sum := range [][]int{{2}, {-1}, {0, 0}} {
		if s.Know(sum, 1) == nil {
			t.Errorf("%v was taken", sum)
		}
	}
	if s.Know([]int{0}, -1) == nil {
		t.Error("a negative count was taken")
	}
}

// Against all whole-number solutions of small random systems: the interval
// holds the least and the greatest of them, and where the sums are nested (which
// leaves no fractions at the corners) it ends at them.
func TestAgainstAllSolutions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 2 + r.IntN(5)
		truth := make([]int64, n)
		for i := range truth {
			truth[i] = int64(r.IntN(4))
		}
		s := NewSystem(n)
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		know(t, s, all, sumOf(truth, all))
		var sums [][]int
		for range r.IntN(4) {
			var sum []int
			for i := range n {
				if r.IntN(2) == 0 {
					sum = append(sum, i)
				}
			}
			sums = append(sums, sum)
			know(t, s, sum, sumOf(truth, sum))
		}
		v, err := s.Solve()
		if err != nil {
			t.Fatal(err)
		}
		target := []int{r.IntN(n)}
		got, err := v.Bounds(target)
		if err != nil {
			t.Fatal(err)
		}
		low, high := int64(math.MaxInt64), int64(-1)
		enumerate(make([]int64, 0, n), n, sumOf(truth, all), func(x []int64) {
			for _, sum := range sums {
				if sumOf(x, sum) != sumOf(truth, sum) {
					return
				}
			}
			low, high = min(low, sumOf(x, target)), max(high, sumOf(x, target))
		})
		if got.Low.Float() > float64(low) || got.High.Float() < float64(high) {
			t.Fatalf("truth %v, sums %v: %+v does not hold %d to %d", truth, sums, got, low, high)
		}
		if len(sums) <= 1 && (got.Low.Float() != float64(low) || got.High.Float() != float64(high)) {
			t.Fatalf("truth %v, sums %v: %+v, want %d to %d", truth, sums, got, low, high)
		}
	}
}

func enumerate(x []int64, n int, left int64, do func([]int64)) {
	if len(x) == n-1 {
		do(append(x, left))
		return
	}
	for v := int64(0); v <= left; v++ {
		enumerate(append(x, v), n, left-v, do)
	}
}

func sumOf(x []int64, of []int) (sum int64) {
	for _, i := range of {
		sum += x[i]
	}
	return sum
}

func know(t *testing.T, s *System, sum []int, value int64) {
	t.Helper()
	if err := s.Know(sum, value); err != nil {
		t.Fatal(err)
	}
}
