package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sitmap/bench/measure"
	"sitmap/layers/catalog"
)

// layerCount is how many layers a server reads when it starts.
var layerCount = len(catalog.All)

// restWithin bounds the wait for a server to come to rest.
const restWithin = 45 * time.Second

// memory compares the server on the city with one on an empty database.
func (b *bench) memory() error {
	if _, err := b.db.Exec(b.ctx, "create database bench_empty"); err != nil {
		return fmt.Errorf("an empty database: %w", err)
	}
	empty, err := url.Parse(b.opened.URL)
	if err != nil {
		return err
	}
	empty.Path = "/bench_empty"
	var rss, heap [2][]float64
	for range b.repeats(3, 1) {
		for i, one := range []struct{ name, url string }{{"sitmap-empty", empty.String()}, {"sitmap-full", b.opened.URL}} {
			r, h, err := b.settled(one.name, one.url)
			if err != nil {
				return err
			}
			rss[i], heap[i] = append(rss[i], r), append(heap[i], h)
		}
	}
	var more []float64
	for i := range rss[0] {
		more = append(more, rss[1][i]-rss[0][i])
	}
	b.report.Judge("Memory for the city's layers, above an empty server", "≤ 150 MB", fmt.Sprintf("%.0f MB (RSS %.0f MB − %.0f MB)", measure.Median(more), measure.Median(rss[1]), measure.Median(rss[0])), measure.Spread(more, "%.0f"), measure.AtMost(measure.Median(more), 150))
	b.report.Judge("Heap in use, above an empty server", "–", fmt.Sprintf("%.0f MB (%.0f MB − %.0f MB)", measure.Median(heap[1])-measure.Median(heap[0]), measure.Median(heap[1]), measure.Median(heap[0])), "", measure.Unknown)
	return nil
}

// settled starts a server on the database, without a token because an empty
// one has no accounts, and tells its memory in MB when it has come to rest.
func (b *bench) settled(name, url string) (rss, heap float64, err error) {
	c, err := b.serve(name, url)
	if err != nil {
		return 0, 0, err
	}
	defer c.stop()
	go c.keepShort(b.ctx)
	// Reading its own figures makes the garbage that makes it collect.
	first, err := b.gauge(c, "go_gc_duration_seconds_count")
	if err != nil {
		return 0, 0, err
	}
	for deadline := time.Now().Add(time.Minute); ; {
		for range 50 {
			if _, err := b.metrics(c); err != nil {
				return 0, 0, err
			}
		}
		now, err := b.gauge(c, "go_gc_duration_seconds_count")
		if err != nil {
			return 0, 0, err
		}
		if now >= first+2 || time.Now().After(deadline) {
			break
		}
	}
	// The runtime gives memory back little by little; it has come to rest when
	// for five seconds there was none.
	rss = 1e9
	for rest, end := 0, time.Now().Add(restWithin); rest < 5 && time.Now().Before(end); rest++ {
		time.Sleep(time.Second)
		r, err := residentMB(c)
		if err != nil {
			return 0, 0, err
		}
		if r < rss-0.5 {
			rest = -1
		}
		rss = min(rss, r)
	}
	heap, err = b.gauge(c, "go_memstats_heap_inuse_bytes")
	return rss, heap / 1e6, err
}

func (b *bench) metrics(c *child) (string, error) {
	answer, err := b.openly(c, "/metrics")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// openly asks without a token.
func (b *bench) openly(c *child, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(b.ctx, http.MethodGet, "http://"+c.address+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err == nil && answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("%s: GET %s: %s", c.name, path, answer.Status)
	}
	return answer, err
}

// gauge is a figure of the server's own.
func (b *bench) gauge(c *child, name string) (float64, error) {
	text, err := b.metrics(c)
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%s has no metric %s", c.name, name)
	}
	return strconv.ParseFloat(m[1], 64)
}

// residentMB is the child's resident memory in MB, as the kernel counts it.
func residentMB(c *child) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), "VmRSS:")
	var kB float64
	if _, err := fmt.Sscanf(rest, "%f", &kB); !ok || err != nil {
		return 0, fmt.Errorf("%s: no resident memory in /proc", c.name)
	}
	return kB * 1024 / 1e6, nil
}
