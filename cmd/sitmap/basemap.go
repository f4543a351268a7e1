package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"sitmap/api"
	"sitmap/data/archive"
	"sitmap/layers"
)

// basemapCache is the memory for tiles of a basemap service, in bytes.
const basemapCache = 64 << 20

// grounding says which ground of the operator lies under everything.
type grounding struct {
	Basemap            string `help:"Basemap from a file of tiles, .pmtiles or .mbtiles, of vector tiles or pictures." type:"path" env:"SITMAP_BASEMAP"`
	BasemapURL         string `help:"Basemap from a tile service inside your network: an address with {z}, {x} and {y}, or {-y}, and {s} for subdomains. Only the server talks to it." name:"basemap-url" env:"SITMAP_BASEMAP_URL"`
	BasemapSubdomains  string `help:"What {s} stands for, with commas." default:"0,1,2,3,4,5,6,7" env:"SITMAP_BASEMAP_SUBDOMAINS"`
	BasemapAttribution string `help:"Whose data the basemap is; a file says so itself." env:"SITMAP_BASEMAP_ATTRIBUTION"`
	BasemapZooms       string `help:"Zooms of the service, such as 1-18." default:"0-18" env:"SITMAP_BASEMAP_ZOOMS"`
}

// basemap opens what the settings name: nil for none. close ends its use and is
// never nil.
func (g grounding) basemap(ctx context.Context) (b *api.Basemap, close func(), err error) {
	nothing := func() {}
	switch {
	case g.Basemap != "" && g.BasemapURL != "":
		return nil, nothing, fmt.Errorf("--basemap and --basemap-url exclude each other: %w", layers.ErrInvalid)
	case g.Basemap != "":
		return g.fromFile(ctx)
	case g.BasemapURL != "":
		low, high, err := parseZooms(g.BasemapZooms)
		if err != nil {
			return nil, nothing, err
		}
		b, err := api.NewRemoteBasemap(api.RemoteOptions{
			Template: g.BasemapURL, Subdomains: strings.Split(g.BasemapSubdomains, ","), Attribution: g.BasemapAttribution,
			MinZoom: low, MaxZoom: high, CacheBytes: basemapCache,
		})
		return b, nothing, err
	}
	return nil, nothing, nil
}

func (g grounding) fromFile(ctx context.Context) (*api.Basemap, func(), error) {
	nothing := func() {}
	file, err := archive.Open(ctx, g.Basemap)
	if err != nil {
		return nil, nothing, fmt.Errorf("basemap: %w", err)
	}
	end := func() { _ = file.Close() } // it was only read
	info, err := os.Stat(g.Basemap)
	if err != nil {
		end()
		return nil, nothing, fmt.Errorf("basemap: %w", err)
	}
	m := file.Meta()
	b := &api.Basemap{
		Vector: m.Kind == archive.MVT, Name: m.Name, Attribution: m.Attribution, MinZoom: m.MinZoom, MaxZoom: m.MaxZoom,
		Bounds: &layers.BoundsBox{m.Bounds.Min[0], m.Bounds.Min[1], m.Bounds.Max[0], m.Bounds.Max[1]},
		Layers: m.Layers, Source: file,
		// Another file under the same name has another address.
		Version: strconv.FormatInt(info.Size(), 36) + "-" + strconv.FormatInt(info.ModTime().Unix(), 36),
	}
	if g.BasemapAttribution != "" {
		b.Attribution = g.BasemapAttribution
	}
	return b, end, nil
}

// parseZooms reads two zooms with a hyphen between them, or one.
func parseZooms(text string) (low, high int, err error) {
	first, last, found := strings.Cut(text, "-")
	if !found {
		last = first
	}
	low, errLow := strconv.Atoi(strings.TrimSpace(first))
	high, errHigh := strconv.Atoi(strings.TrimSpace(last))
	if errLow != nil || errHigh != nil {
		return 0, 0, fmt.Errorf("--basemap-zooms %q is not two zooms such as 1-18: %w", text, layers.ErrInvalid)
	}
	return low, high, nil
}
