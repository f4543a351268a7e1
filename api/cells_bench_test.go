package api_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers/access"
)

// BenchmarkCounts asks a server of the demo city about counts and hotspots, each time
// another month and other categories, so that nothing is answered from what is
// remembered but the record of the city. cpu-ms/op is the processor time of server and
// client together.
func BenchmarkCounts(b *testing.B) {
	url := cityURL(b)
	d, _ := openAt(b, url, counting(b), func(o *api.Options) { o.Memory = o.Tiles.(api.Memory) })
	chief, leader := who{access.Analyst, city}, who{access.Leader, city}
	months := func(i int) string {
		from := time.Date(2015, time.Month(1+i%20), 1, 0, 0, 0, 0, time.UTC)
		return "from=" + from.Format(time.DateOnly) + "&to=" + from.AddDate(0, 1, 0).Format(time.DateOnly)
	}
	// Two of the first fifteen categories: 105 pairs, each with every month.
	two := func(i int) string {
		i = i / 20 % 105
		for a := 1; a < 15; a++ {
			if i < 15-a {
				return fmt.Sprintf("category=%02d,%02d", a, a+1+i)
			}
			i -= 15 - a
		}
		panic("no such pair")
	}
	for _, bench := range []struct {
		name string
		who  who
		path string
		of   func(i int) string
	}{
		{"cells of a month/resolution 8", chief, "/api/h3/dispute?res=8&", months},
		{"cells of a month and two categories/resolution 9", chief, "/api/h3/dispute?res=9&", func(i int) string { return months(i) + "&" + two(i) }},
		{"36,000 cameras/resolution 9", chief, "/api/h3/camera?res=9&", func(i int) string { return fmt.Sprintf("bbox=101,36,106,%d.5", 40+i%40) }},
		{"hotspots of a month/resolution 8", chief, "/api/hotspots/dispute?res=8&", func(i int) string { return months(i) + "&" + two(i) }},
		{"hotspots of all categories/resolution 8", chief, "/api/hotspots/dispute?res=8&", months},
		{"published cells/resolution 7", leader, "/api/h3/dispute?res=7&", months},
		{"published hotspots/resolution 7", leader, "/api/hotspots/dispute?res=7&", months},
	} {
		b.Run(bench.name, func(b *testing.B) {
			ask := func(i int) {
				if got := d.get(bench.who, bench.path+bench.of(i)); got.status != 200 {
					b.Fatalf("%d %.200s", got.status, got.body)
				}
			}
			ask(0)
			before := processorTime()
			b.ResetTimer()
			for i := range b.N {
				ask(i + 1)
			}
			b.ReportMetric(float64((processorTime()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what this process has used, in user and system mode.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
