package measure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// By the nearest rank, 99 % of sixty values is the sixtieth, 50 % the thirtieth.
func TestQuantile(t *testing.T) {
	var sixty []float64
	for i := range 60 {
		sixty = append(sixty, float64(60-i))
	}
	for q, want := range map[float64]float64{0.99: 60, 0.5: 30, 0.9: 54, 0: 1, 1: 60} {
		if got := Quantile(sixty, q); got != want {
			t.Errorf("%v of 1 … 60 is %v, want %v", q, got, want)
		}
	}
	if Quantile(nil, 0.5) != 0 || Median(nil) != 0 || Mean(nil) != 0 {
		t.Error("of nothing there is something")
	}
}

func TestMedian(t *testing.T) {
	if got := Median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("%v", got)
	}
	if got := Median([]float64{4, 1, 2, 9}); got != 3 {
		t.Errorf("%v", got)
	}
}

// Only what lies between the markers is written anew.
func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "benchmarks.md")
	if err := os.WriteFile(file, []byte("before\n"+"<!-- begin: written by a test -->"+"\nold\n"+"<!-- end: written by a test -->"+"\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var r Report
	r.Judge("one", "≤ 1", "2", "", AtMost(2, 1))
	r.Judge("two", "≥ 1", "2", "", AtLeast(2, 1))
	if err := Write(file, "a test", r.Markdown()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\n", "\nafter\n", "| one | ≤ 1 | 2 |  | **falls short** |", "| two | ≥ 1 | 2 |  | reached |", "- one: wanted ≤ 1, got 2"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "old") || len(r.Short()) != 1 {
		t.Errorf("%s", text)
	}
	if err := Write(filepath.Join(t.TempDir(), "none.md"), "a test", ""); err == nil {
		t.Error("a file that is not there was written")
	}
}
