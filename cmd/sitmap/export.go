package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb/maptile"

	"sitmap/data/archive"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// exportCache is the memory for tiles on their way to a file, in bytes: each
// is asked for once.
const exportCache = 16 << 20

type exportCommand struct {
	Layer        string `arg:"" help:"Id of the layer, or several joined by commas: road,water,area."`
	File         string `arg:"" help:"File to write: .pmtiles or .mbtiles." type:"path"`
	MinZoom      int    `help:"First zoom; left out for the layers' own." default:"-1"`
	MaxZoom      int    `help:"Last zoom; left out for the layers' own." default:"-1"`
	Area         string `help:"Code of the area whose features are exported; left out for everything."`
	Cases        bool   `help:"Export layers of single dated cases as well. The file then holds what only analysts may see inside their own area."`
	Force        bool   `help:"Replace the file if it exists."`
	ReviewNumber string `help:"Review number of the map (审图号); empty means internal use only." env:"SITMAP_REVIEW_NUMBER"`
}

func (c exportCommand) Run(e *environment) error {
	ls, err := c.layers()
	if err != nil {
		return err
	}
	if err := archive.Writable(c.File); err != nil {
		return err
	}
	switch _, err := os.Stat(c.File); {
	case err == nil && !c.Force:
		return fmt.Errorf("%s exists; --force replaces it: %w", c.File, layers.ErrConflict)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", err, layers.ErrInvalid)
	}
	return e.withStore(func(s *postgis.Store) error { return c.export(e, s, ls) })
}

// layers are the layers of the command line, each once, as far as this command
// may hand them out.
func (c exportCommand) layers() ([]layers.Layer, error) {
	var ls []layers.Layer
	for id := range strings.SplitSeq(c.Layer, ",") {
		l, err := catalog.All.Layer(strings.TrimSpace(id))
		if err != nil {
			return nil, err
		}
		if l.Access == layers.Protected && !c.Cases {
			return nil, fmt.Errorf("layer %s holds single dated cases, which a file would show to whoever holds it; --cases exports them all the same: %w", l.ID, layers.ErrDenied)
		}
		if !slices.ContainsFunc(ls, func(have layers.Layer) bool { return have.ID == l.ID }) {
			ls = append(ls, l)
		}
	}
	return ls, nil
}

func (c exportCommand) export(e *environment, s *postgis.Store, ls []layers.Layer) error {
	states, err := s.States(e.ctx)
	if err != nil {
		return err
	}
	about := tiles.Describe(ls, states, "")
	low, high, err := c.zooms(about)
	if err != nil {
		return err
	}
	var q layers.Query
	if c.Area != "" {
		area, err := s.Area(e.ctx, c.Area)
		if err != nil {
			return err
		}
		q.Area = &area.Range
	}
	cover, err := coverOf(e.ctx, s, ls, q, low, high)
	if err != nil {
		return err
	}
	meta, err := c.describe(about, ls, states, cover, low, high)
	if err != nil {
		return err
	}
	server, err := tiles.NewServer(s, ls, tiles.Options{CacheBytes: exportCache, Log: e.log})
	if err != nil {
		return err
	}
	if err := server.Load(e.ctx); err != nil {
		return err
	}
	w, err := archive.Create(c.File, meta)
	if err != nil {
		return err
	}
	defer w.Discard()
	get := func(ctx context.Context, at maptile.Tile) ([]byte, error) {
		t, err := server.Tile(ctx, ls, at, q, access.System)
		if err != nil {
			return nil, err
		}
		body, _, _ := t.As(tiles.Identity)
		return body, nil
	}
	if err := archive.Fill(e.ctx, w, cover, get, tellProgress(e, cover.Len())); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.report(e, low, high)
}

// zooms are those of the command line inside those of the layers.
func (c exportCommand) zooms(about tiles.TileJSON) (low, high int, err error) {
	low, high = about.MinZoom, about.MaxZoom
	if c.MinZoom >= 0 {
		low = max(low, c.MinZoom)
	}
	if c.MaxZoom >= 0 {
		high = min(high, c.MaxZoom)
	}
	if low > high {
		return 0, 0, fmt.Errorf("%s has tiles of the zooms %d to %d only: %w", c.Layer, about.MinZoom, about.MaxZoom, layers.ErrInvalid)
	}
	return low, high, nil
}

// coverOf is the tiles in which any of the features may lie.
func coverOf(ctx context.Context, s *postgis.Store, ls []layers.Layer, q layers.Query, low, high int) (*archive.Cover, error) {
	var cover archive.Cover
	for _, l := range ls {
		err := s.Features(ctx, l, q, access.System, func(f layers.Feature) error {
			return cover.Add(f.Geometry, max(low, l.Zoom.Min), min(high, l.Zoom.Max))
		})
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", l.ID, err)
		}
	}
	return &cover, nil
}

// describe is what the file says about itself: it travels alone, so it carries
// the marks that every screen of the map shows.
func (c exportCommand) describe(about tiles.TileJSON, ls []layers.Layer, states map[string]layers.LayerState, cover *archive.Cover, low, high int) (archive.Meta, error) {
	bounds, ok := cover.Bounds()
	if !ok {
		return archive.Meta{}, fmt.Errorf("%s holds nothing to export: %w", c.Layer, layers.ErrNotFound)
	}
	var marks []string
	if about.Attribution != "" {
		marks = append(marks, about.Attribution)
	}
	internal := "仅供内部使用 · internal use only"
	if c.ReviewNumber != "" {
		marks, internal = append(marks, "审图号 "+c.ReviewNumber), ""
	}
	var texts, versions []string
	var asOf time.Time
	for i, l := range ls {
		texts = append(texts, l.About.Zh+" "+l.About.En)
		versions = append(versions, strconv.FormatInt(states[l.ID].Version, 10))
		if at := states[l.ID].AsOf; i == 0 || at.Before(asOf) {
			asOf = at
		}
		v := &about.VectorLayers[i]
		v.MinZoom, v.MaxZoom = max(v.MinZoom, low), min(v.MaxZoom, high)
	}
	texts = append(texts, marks...)
	if internal != "" {
		texts = append(texts, internal)
	}
	if !asOf.IsZero() {
		texts = append(texts, "数据截至 as of "+asOf.UTC().Format(time.RFC3339))
	}
	return archive.Meta{
		Name: about.Name, Description: strings.Join(texts, " "), Attribution: strings.Join(marks, " | "),
		Version: strings.Join(versions, "."), Kind: archive.MVT, MinZoom: low, MaxZoom: high,
		Bounds: bounds, Center: bounds.Center(), CenterZoom: low, Layers: about.VectorLayers,
	}, nil
}

// tellProgress says how far a long export has come, about once a second.
func tellProgress(e *environment, all int) func(asked int) {
	began := time.Now()
	told := began.Add(time.Second)
	return func(asked int) {
		if time.Since(told) < time.Second {
			return
		}
		told = time.Now()
		fmt.Fprintf(e.err, "  %4.0f s  %d / %d 瓦片 · tiles (%d %%)\n", time.Since(began).Seconds(), asked, all, 100*asked/max(all, 1))
	}
}

func (c exportCommand) report(e *environment, low, high int) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "已导出 · exported %s, zoom %d–%d, %.1f MB: %s\n", c.Layer, low, high, float64(info.Size())/1e6, c.File)
	return nil
}
