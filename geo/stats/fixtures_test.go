package stats

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// near tells whether two numbers agree to the digits that a source prints.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))
}

func expect(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !near(got, want, tolerance) {
		t.Errorf("%s = %.14g, want %.14g", name, got, want)
	}
}

func expectAll(t *testing.T, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) < len(want) {
		t.Fatalf("%s has %d values, want at least %d", name, len(got), len(want))
	}
	for i := range want {
		if !near(got[i], want[i], tolerance) {
			t.Errorf("%s[%d] = %.14g, want %.14g", name, i, got[i], want[i])
		}
	}
}

// toy is the six points of esda's docstrings (pysal/esda, BSD-3).
func toy(t *testing.T) (Weights, []float64) {
	t.Helper()
	w, err := Band([]float64{10, 20, 40, 15, 30, 30}, []float64{10, 10, 10, 20, 20, 30}, 15)
	if err != nil {
		t.Fatal(err)
	}
	return w, []float64{2, 3, 3.2, 5, 8, 7}
}

// table reads the numbers of a file of testdata, whose head says where they
// are from.
func table(t testing.TB, name string) []float64 {
	t.Helper()
	var numbers []float64
	for _, line := range lines(t, name) {
		for _, word := range strings.Fields(line) {
			number, err := strconv.ParseFloat(word, 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// neighbourhoods reads a file of testdata that lists the neighbours of a
// place on each line, counted from 1.
func neighbourhoods(t testing.TB, name string) Weights {
	t.Helper()
	rows := lines(t, name)
	w, err := NewWeights(len(rows), func(i int) (neighbours []int32) {
		for _, word := range strings.Fields(rows[i]) {
			number, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			if number > 0 {
				neighbours = append(neighbours, int32(number-1))
			}
		}
		return neighbours
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func lines(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(text), "\n")
	return strings.Split(strings.TrimSuffix(body, "\n"), "\n")
}

// deSmith is ten points, row-standardised (libpysal examples desmith, BSD-3).
func deSmith(t *testing.T) (Weights, []float64) {
	t.Helper()
	lists := [][]int32{{1, 3}, {0, 4}, {3, 6}, {0, 2, 4, 7}, {1, 3, 5, 8}, {4, 9}, {2, 7}, {3, 6, 8}, {4, 7, 9}, {5, 8}}
	w, err := NewWeights(len(lists), func(i int) []int32 { return lists[i] })
	if err != nil {
		t.Fatal(err)
	}
	return w.Standardised(), []float64{2.24, 3.10, 4.55, -5.15, -4.39, 0.46, 5.54, 9.02, -2.09, -3.06}
}

// smoothing is the cases and bases of esda/tests/test_smoothing.py (BSD-3).
func smoothing() (cases, base []float64) {
	return []float64{30, 25, 25, 15, 33, 21, 30, 20}, []float64{100, 100, 110, 90, 100, 90, 110, 90}
}
