package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sitmap/data/embedded/pgtest"
)

// TestCity runs the real program on the demo city, once, and lets everybody
// who reads maps for a living try it: the figures of the city, and GDAL. The
// browser has tests of its own, in frontend/e2e.
func TestCity(t *testing.T) {
	if testing.Short() {
		t.Skip("the demo city takes a minute")
	}
	city := startCity(t)
	t.Run("Figures", city.figures)
	t.Run("SecondServerIsRefused", city.secondServer)
	t.Run("OtherCommandsJoin", city.joins)
	t.Run("Devices", city.devices)
	t.Run("Exports", city.exports)
	t.Run("GDAL", city.gdal)
	t.Run("StopsCleanly", city.stops)
}

// aCity is a running `sitmap serve --demo`.
type aCity struct {
	folder  string // --var
	address string // http://127.0.0.1:port
	token   string // of a city-wide analyst
	stop    context.CancelFunc
	exited  chan int
	output  *lines
}

// lines collects what the program prints, for whoever waits for a line.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var printedAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func startCity(t *testing.T) *aCity {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	city := &aCity{folder: filepath.Join(pgtest.Dir(t), "var"), stop: stop, exited: make(chan int, 1), output: &lines{}}
	go func() {
		city.exited <- run(ctx, []string{"serve", "--demo", "--listen", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--jt808", "127.0.0.1:0", "--var", city.folder}, strings.NewReader(""), city.output, city.output)
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-city.exited:
		case <-time.After(time.Minute):
			t.Error("the server does not stop")
		}
	})
	for city.address == "" {
		select {
		case code := <-city.exited:
			city.exited <- code
			t.Fatalf("the server ended with %d:\n%s", code, city.output)
		case <-time.After(100 * time.Millisecond):
		}
		if address := printedAddress.FindString(city.output.String()); address != "" && ready(address) {
			city.address = address
		}
	}
	city.token = strings.TrimSpace(city.command(t, "token", "add", "city-test", "--role", "analyst", "--area", "6206"))
	return city
}

func ready(address string) bool {
	answer, err := http.Get(address + "/readyz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// command runs another command of the program on the same folder.
func (c *aCity) command(t *testing.T, args ...string) string {
	t.Helper()
	var out, errors bytes.Buffer
	if code := run(t.Context(), append(args, "--var", c.folder), strings.NewReader(""), &out, &errors); code != 0 {
		t.Fatalf("sitmap %s ended with %d: %s", strings.Join(args, " "), code, errors.String())
	}
	return out.String()
}

// matched is numberMatched of a collection.
func (c *aCity) matched(t *testing.T, collection, query string) int {
	t.Helper()
	var page struct{ NumberMatched int }
	c.get(t, "/ogc/collections/"+collection+"/items?limit=1"+query, &page)
	return page.NumberMatched
}

func (c *aCity) get(t *testing.T, path string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %.300s", path, answer.Status, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// The totals are the city's own published figures.
func (c *aCity) figures(t *testing.T) {
	tests := []struct {
		collection, query string
		want              int
	}{
		{"area", "&level=city", 1},
		{"area", "&level=county", 4},
		{"area", "&level=township", 108},
		{"area", "&level=village", 1240},
		{"area", "", 1 + 4 + 108 + 1240},
		{"grid", "", 28_175},
		{"camera", "", 36_000},
		{"committee", "", 1_614},
		{"committee", "&kind=professional,industry", 182},
		{"committee", "&kind=professional,industry&level=city", 5},
		{"demo_community", "", 31},
		{"key_area", "", 48},
		{"key_area", "&level=province", 4},
		{"key_area", "&level=city", 10},
		{"key_area", "&level=county", 34},
		{"site", "&kind=blasting", 44},
		{"site", "&kind=courier", 88},
		{"site", "&kind=logistics", 119},
		{"site", "", 251},
		{"dispute", "&datetime=2016-01-01/2016-10-01", 8_134},
		{"dispute", "&datetime=2015-01-01/2016-01-01", 10_412},
	}
	for _, test := range tests {
		if got := c.matched(t, test.collection, test.query); got != test.want {
			t.Errorf("%s %s: %d, want %d", test.collection, test.query, got, test.want)
		}
	}
	sums := []struct {
		layer, field, filter, value string
		want                        float64
	}{
		{"grid", "staff_count", "", "", 34_639},
		{"committee", "mediators", "", "", 9_988},
		{"unit", "headcount", "force", "staff", 3_500},
		{"unit", "headcount", "force", "guard", 10_000},
	}
	for _, test := range sums {
		if got := c.sum(t, test.layer, test.field, test.filter, test.value); got != test.want {
			t.Errorf("%s of %s %s: %g, want %g", test.field, test.layer, test.value, got, test.want)
		}
	}
}

func (c *aCity) sum(t *testing.T, layer, field, filter, value string) float64 {
	t.Helper()
	selection := map[string]any{"layers": []string{layer}}
	if filter != "" {
		selection["filters"] = map[string]any{layer: map[string]any{filter: []string{value}}}
	}
	body, err := json.Marshal(selection)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address+"/api/inside", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var totals struct {
		Totals []struct{ Sums map[string]float64 }
	}
	if err := json.NewDecoder(answer.Body).Decode(&totals); err != nil || len(totals.Totals) != 1 {
		t.Fatalf("%s: %v, %v", answer.Status, totals, err)
	}
	return totals.Totals[0].Sums[field]
}

func (c *aCity) secondServer(t *testing.T) {
	var out bytes.Buffer
	code := run(t.Context(), []string{"serve", "--listen", "127.0.0.1:0", "--var", c.folder}, strings.NewReader(""), &out, &out)
	if code == 0 || !strings.Contains(out.String(), c.folder) {
		t.Errorf("a second server on the folder ended with %d: %s", code, &out)
	}
}

// A command beside the server uses the server's database.
func (c *aCity) joins(t *testing.T) {
	c.command(t, "user", "add", "joined", "--role", "viewer", "--area", "620622")
	if list := c.command(t, "user", "list"); !strings.Contains(list, "joined") {
		t.Errorf("the account is missing from:\n%s", list)
	}
}

// Ctrl-C ends the server and its database, and leaves nothing running.
func (c *aCity) stops(t *testing.T) {
	c.stop()
	select {
	case code := <-c.exited:
		c.exited <- code
		if code != 0 {
			t.Errorf("the server ended with %d:\n%s", code, c.output)
		}
	case <-time.After(time.Minute):
		t.Fatal("the server does not stop")
	}
	processes, err := exec.CommandContext(t.Context(), "pgrep", "-af", fmt.Sprintf("postgres.*%s", c.folder)).Output()
	if err == nil && len(processes) > 0 {
		t.Errorf("still running: %s", processes)
	}
}
