package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"

	"sitmap/bench/measure"
)

// path is where a tile of the list is asked for: grids, and where the map does
// not show them yet, areas.
func path(t listed) string {
	layer := "grid"
	if t.Z < 9 {
		layer = "area"
	}
	return "/tiles/" + layer + "/" + tileName(t) + ".mvt"
}

// shuffled is the paths of the list in a fixed random order.
func (b *bench) shuffled(path func(listed) string) []string {
	paths := make([]string, len(b.list))
	for i, n := range rand.New(rand.NewPCG(7, 7)).Perm(len(b.list)) {
		paths[i] = path(b.list[n])
	}
	return paths
}

// contender is a server in the table of ready tiles.
type contender struct {
	*child
	paths []string
	rival bool
	tags  string // entity tag of the tile that 304 is asked for; empty for none
	rates map[string][]float64
	mean  float64 // bytes an answer, as sent
	fails int     // answers that were faults; of a rival they are noted only
}

// The tests of ready tiles.
const (
	bodies8, bodies32, same8, same32 = "bodies, 8 connections", "bodies, 32 connections", "304, 8 connections", "304, 32 connections"
)

// cached compares ready tiles over HTTP.
func (b *bench) cached() error {
	ours, err := b.serve("sitmap-cached", b.opened.URL)
	if err != nil {
		return err
	}
	defer ours.stop()
	go ours.keepShort(b.ctx)
	files := filepath.Join(b.work, "files")
	size, err := b.keepTiles(ours, files)
	if err != nil {
		return err
	}
	theirs, err := b.nginx(files)
	if err != nil {
		return err
	}
	defer theirs.stop()
	paths := b.shuffled(path)
	all := []*contender{{child: ours, paths: paths, mean: size}, {child: theirs, paths: paths, mean: size}}
	for _, c := range all {
		answer, err := b.get(http.DefaultClient, c.child, b.same(), http.Header{"Accept-Encoding": {"gzip"}})
		if err != nil {
			return err
		}
		answer.Body.Close()
		c.tags = answer.Header.Get("ETag")
	}
	rivals, err := b.rivals()
	if err != nil {
		return err
	}
	for _, r := range rivals {
		defer r.stop()
		all = append(all, r)
	}
	for _, c := range all {
		c.rates = map[string][]float64{}
	}
	tests := []string{bodies8, bodies32, same8, same32}
	lasts := time.Duration(b.repeats(5, 1)) * time.Second
	for range b.repeats(5, 2) {
		for _, test := range tests {
			for _, c := range all {
				if err := b.race(c, test, lasts); err != nil {
					return err
				}
			}
		}
	}
	b.bodies = measure.Median(all[0].rates[bodies32])
	b.reportCached(all, tests)
	return nil
}

// same is the path of the single tile that is asked for again and again.
func (b *bench) same() string { return path(b.list[len(b.list)/2]) }

// race runs one test once.
func (b *bench) race(c *contender, test string, lasts time.Duration) error {
	t := traffic{name: c.name, address: c.address, paths: c.paths, lasts: lasts, connections: 8, headers: map[string]string{
		"Authorization": "Bearer " + b.token, "Accept-Encoding": "gzip"}}
	if test == bodies32 || test == same32 {
		t.connections = 32
	}
	if test == same8 || test == same32 {
		if c.tags == "" {
			return nil
		}
		t.paths, t.headers["If-None-Match"] = []string{b.same()}, c.tags
	}
	o, err := b.drive(t)
	if c.rival && o.faults > 0 {
		c.fails, err = c.fails+o.faults, nil
	}
	if err != nil {
		return err
	}
	c.rates[test] = append(c.rates[test], o.rate)
	if test == bodies8 {
		c.mean = o.bytes / o.rate // with the head, for those whose bodies we did not see
	}
	return nil
}

// keepTiles asks for each tile of the list and keeps the compressed bytes as
// files. It tells how long a body is on average.
func (b *bench) keepTiles(from *child, folder string) (size float64, err error) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	for _, at := range b.list {
		answer, err := b.get(client, from, path(at), http.Header{"Accept-Encoding": {"gzip"}})
		if err != nil {
			return 0, err
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return 0, err
		}
		// A small tile comes as it is, which a file ending in .gz cannot be.
		if answer.Header.Get("Content-Encoding") != "gzip" {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			if _, err := w.Write(body); err != nil {
				return 0, err
			}
			if err := w.Close(); err != nil {
				return 0, err
			}
			body = packed.Bytes()
		}
		name := filepath.Join(folder, filepath.FromSlash(path(at))+".gz")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(name, body, 0o644); err != nil {
			return 0, err
		}
		size += float64(len(body)) / float64(len(b.list))
	}
	return size, nil
}

func (b *bench) reportCached(all []*contender, tests []string) {
	ours, nginx := all[0], all[1]
	for _, one := range []struct {
		test   string
		wanted float64
		aim    float64
	}{{bodies8, 0.75, 0.9}, {bodies32, 0.75, 0.9}, {same8, 0.65, 0.8}, {same32, 0.65, 0.8}} {
		o, n := ours.rates[one.test], nginx.rates[one.test]
		ratio := measure.Median(o) / measure.Median(n)
		b.report.Judge("Ready tiles beside nginx `gzip_static`: "+one.test, fmt.Sprintf("≥ %.2f× (aim %.1f×)", one.wanted, one.aim),
			fmt.Sprintf("%.2f× (%.1fk/s / %.1fk/s)", ratio, measure.Median(o)/1000, measure.Median(n)/1000), measure.Spread(measure.Ratios(o, n), "%.2f×"), measure.AtLeast(ratio, one.wanted))
	}
	d := measure.Detail{Title: "Ready tiles over HTTP", Head: []string{"server", "kB an answer"}, Notes: []string{
		fmt.Sprintf("Thousand requests a second; `wrk -t1` on the same cores, the list in one fixed shuffled order, medians of %d of %d s, servers in turn. The bodies of nginx are ours in files.", b.repeats(5, 2), b.repeats(5, 1)),
		"As the map asks: grids from z9, below that areas; with a token, which nginx and the rivals do not look at. We count every answer and log none that went well, as by default; nginx does neither.",
	}}
	d.Head = append(d.Head, tests...)
	for _, c := range all {
		row := []string{c.name, fmt.Sprintf("%.1f", c.mean/1000)}
		for _, test := range tests {
			cell := "–"
			if r := c.rates[test]; len(r) > 0 {
				cell = fmt.Sprintf("%.2f (%s)", measure.Median(r)/1000, measure.Spread(scaled(r, 0.001), "%.2f"))
			}
			row = append(row, cell)
		}
		d.Rows = append(d.Rows, row)
		if c.fails > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("%s failed %d requests, timeouts of 10 s included.", c.name, c.fails))
		}
	}
	d.Notes = append(d.Notes, b.absent()...)
	b.report.Add(d)
}
