package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// collections are read whole by GDAL where that is quick; the two largest
// are read inside a county town as well as counted whole.
var collections = strings.Fields("area grid camera unit dispute committee centre demo_community key_area site hazard road water")

var featureCount = regexp.MustCompile(`Feature Count: (\d+)`)

// gdal lets GDAL, which has its own idea of OGC API – Features and of vector
// tiles, read everything; its counts must be the store's.
func (c *aCity) gdal(t *testing.T) {
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Fatal("ogrinfo is missing: run make setup")
	}
	for _, id := range collections {
		t.Run(id, func(t *testing.T) {
			want := c.matched(t, id, "")
			info := c.ogr(t, "ogrinfo", "-ro", "-so", "OAPIF:"+c.address+"/ogc", id)
			if got := count(t, info); got != want {
				t.Errorf("GDAL counts %d features, the server %d", got, want)
			}
			c.readWhole(t, id, want)
			c.readTile(t, id)
			c.readByOGC(t, id, want)
		})
	}
	info := c.ogr(t, "ogrinfo", "-ro", "OGCAPI:"+c.address+"/ogc")
	for _, id := range collections {
		if !strings.Contains(info, c.address+"/ogc/collections/"+id+"\n") {
			t.Errorf("GDAL does not find %s by the landing page:\n%s", id, info)
		}
	}
}

// readByOGC reads a collection by the driver that knows several OGC APIs. (It
// knows tilesets too, but GDAL 3.6 as Debian builds it reads no vector tiles
// that way, so it is told which API is meant.)
func (c *aCity) readByOGC(t *testing.T, id string, want int) {
	t.Helper()
	info := c.ogr(t, "ogrinfo", "-ro", "-al", "-so", "-oo", "API=ITEMS", "OGCAPI:"+c.address+"/ogc/collections/"+id)
	if got := count(t, info); got != want {
		t.Errorf("by OGCAPI GDAL counts %d features, the server %d", got, want)
	}
}

var extentOf = regexp.MustCompile(`Extent: .*`)

// template is the address of a collection's tiles, as its tileset gives it.
func (c *aCity) template(t *testing.T, id string) string {
	t.Helper()
	var set struct {
		Links []struct{ Rel, Href string }
	}
	c.get(t, "/ogc/collections/"+id+"/tiles/WebMercatorQuad", &set)
	for _, l := range set.Links {
		if l.Rel == "item" {
			return l.Href
		}
	}
	t.Fatalf("the tileset of %s has no template", id)
	return ""
}

// readWhole pages through a collection with GDAL and counts what arrived.
func (c *aCity) readWhole(t *testing.T, id string, want int) {
	t.Helper()
	file := t.TempDir() + "/copy.geojsonl"
	c.ogr(t, "ogr2ogr", "-f", "GeoJSONSeq", "-oo", "PAGE_SIZE=10000", file, "OAPIF:"+c.address+"/ogc", id)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "\n"); got != want {
		t.Errorf("GDAL read %d features, the server counts %d", got, want)
	}
}

// readTile reads the tile around the county seat of Liangzhou at the layer's
// deepest useful zoom and compares with what the collection holds there.
func (c *aCity) readTile(t *testing.T, id string) {
	t.Helper()
	const zoom = 14
	x, y := tileAt(102.64, 37.93, zoom)
	tile := fmt.Sprintf("MVT:%s/tiles/%s/%d/%d/%d.mvt", c.address, id, zoom, x, y)
	west, south, east, north := boundsOf(x, y, zoom)
	inside := c.matched(t, id, fmt.Sprintf("&bbox=%.7f,%.7f,%.7f,%.7f", west, south, east, north))
	if inside == 0 {
		return // an empty tile has no layer for GDAL to open
	}
	info := c.ogr(t, "ogrinfo", "-ro", "-al", "-so", tile)
	// The tile's buffer holds neighbours too, and snapping may drop a sliver.
	if got := count(t, info); float64(got) < 0.98*float64(inside) {
		t.Errorf("GDAL finds %d features in the tile, the collection has %d there", got, inside)
	}
	// By the template of the tileset it is the same tile; such an address does
	// not tell GDAL where the tile lies.
	place := strings.NewReplacer("{tileMatrix}", strconv.Itoa(zoom), "{tileRow}", strconv.Itoa(y), "{tileCol}", strconv.Itoa(x))
	again := c.ogr(t, "ogrinfo", "-ro", "-al", "-so", "-oo", fmt.Sprintf("X=%d", x), "-oo", fmt.Sprintf("Y=%d", y), "-oo", fmt.Sprintf("Z=%d", zoom),
		"MVT:"+place.Replace(c.template(t, id)))
	if count(t, again) != count(t, info) || extentOf.FindString(again) != extentOf.FindString(info) {
		t.Errorf("the tile of the template is another than that of /tiles:\n%s\n%s", again, info)
	}
}

func (c *aCity) ogr(t *testing.T, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Env = append(os.Environ(), "GDAL_HTTP_HEADERS=Authorization: Bearer "+c.token)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%.2000s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func count(t *testing.T, info string) int {
	t.Helper()
	match := featureCount.FindStringSubmatch(info)
	if match == nil {
		t.Fatalf("GDAL gives no count:\n%.1000s", info)
	}
	n, err := strconv.Atoi(match[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tileAt is the Web Mercator tile around a place (OGC Two Dimensional Tile
// Matrix Set, WebMercatorQuad).
func tileAt(lon, lat float64, zoom int) (x, y int) {
	n := math.Exp2(float64(zoom))
	phi := lat * math.Pi / 180
	return int((lon + 180) / 360 * n), int((1 - math.Asinh(math.Tan(phi))/math.Pi) / 2 * n)
}

func boundsOf(x, y, zoom int) (west, south, east, north float64) {
	n := math.Exp2(float64(zoom))
	lat := func(y int) float64 { return math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/n))) * 180 / math.Pi }
	return float64(x)/n*360 - 180, lat(y + 1), float64(x+1)/n*360 - 180, lat(y)
}
