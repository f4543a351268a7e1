package main

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
		if got := quantile(sixty, q); got != want {
			t.Errorf("%v of 1 … 60 is %v, want %v", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 || median(nil) != 0 || mean(nil) != 0 {
		t.Error("of nothing there is something")
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("%v", got)
	}
	if got := median([]float64{4, 1, 2, 9}); got != 3 {
		t.Errorf("%v", got)
	}
}

// What wrk 4.1.0 printed for a server that answered 404 now and then.
func TestReadWrk(t *testing.T) {
	o, err := readWrk(`Running 5s test @ http://127.0.0.1:8080
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   310.51us  203.15us   6.31ms   91.62%
    Req/Sec    26.53k     1.51k   28.90k    70.59%
  134567 requests in 5.10s, 1.25GB read
  Socket errors: connect 0, read 1, write 0, timeout 2
  Non-2xx or 3xx responses: 7
Requests/sec:  26386.13
Transfer/sec:    250.98MB
`)
	if err != nil || o.rate != 26386.13 || o.requests != 134567 || o.faults != 10 {
		t.Errorf("%+v, %v", o, err)
	}
	// 1.25 GB over 134,567 answers are 9,974 bytes each.
	if size := o.bytes / o.rate; size < 9973 || size > 9975 {
		t.Errorf("%.0f bytes an answer", size)
	}
	if _, err := readWrk("unable to connect"); err == nil {
		t.Error("no rate is no fault")
	}
}

// Only what lies between the markers is written anew.
func TestWriteReport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "benchmarks.md")
	if err := os.WriteFile(file, []byte("before\n"+beginMark+"\nold\n"+endMark+"\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var r report
	r.judge("one", "≤ 1", "2", "", atMost(2, 1))
	r.judge("two", "≥ 1", "2", "", atLeast(2, 1))
	if err := writeReport(file, r.markdown()); err != nil {
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
	if strings.Contains(string(text), "old") || len(r.short()) != 1 {
		t.Errorf("%s", text)
	}
	if err := writeReport(filepath.Join(t.TempDir(), "none.md"), ""); err == nil {
		t.Error("a file that is not there was written")
	}
}

// The words of libpq that GDAL takes; the URL is of the form that the embedded
// cluster gives.
func TestLibpq(t *testing.T) {
	got, err := libpq("postgres:///sitmap?host=/tmp/a%20b&user=sitmap")
	if err != nil || !strings.HasPrefix(got, "dbname=sitmap ") || !strings.Contains(got, "user=sitmap") || !strings.Contains(got, "host='/tmp/a b'") {
		t.Errorf("%s, %v", got, err)
	}
}
