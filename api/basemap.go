package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

// Basemap is the ground that the operator brings: tiles of a file, or of a
// service inside their own network. nil in Options is none.
type Basemap struct {
	// Vector tiles are drawn in the colours of the page, pictures as they are.
	Vector bool
	Name   string
	// Attribution names whose data these are. Markup in it is left out.
	Attribution      string
	MinZoom, MaxZoom int
	Bounds           *layers.BoundsBox   // nil for the world
	Layers           []tiles.VectorLayer // of vector tiles; nil where nobody knows
	// Version changes when the content does; it is part of the tiles' address.
	Version string
	Source  BasemapSource
}

// BasemapSource is where the tiles of a basemap come from.
type BasemapSource interface {
	// Tile is the bytes of a tile and how they are packed: Identity or Gzip. The
	// error is of kind layers.ErrNotFound where there is no such tile. The text
	// of any other error is for the operator: clients do not see it.
	Tile(ctx context.Context, t maptile.Tile) ([]byte, tiles.Coding, error)
}

const (
	// keepBasemap lets a reader's browser keep a tile for an hour: the ground does
	// not change while the program runs.
	keepBasemap = "private, max-age=3600"
	// maxBasemapTile is the largest tile that is handed on, in bytes, unpacked.
	maxBasemapTile = 16 << 20
)

// errBasemap says that a tile of the basemap cannot be had, errBasemapSlow that
// it did not come in time.
var (
	errBasemap     = errors.New("the basemap does not give the tile")
	errBasemapSlow = errors.New("the basemap does not answer in time")
)

// catalogBasemap is what /catalog says about the basemap.
type catalogBasemap struct {
	Kind        string            `json:"kind"` // vector or raster
	Name        string            `json:"name,omitempty"`
	Attribution string            `json:"attribution"`
	Zoom        layers.ZoomRange  `json:"zoom"`
	Bounds      *layers.BoundsBox `json:"bounds,omitempty"`
	Version     string            `json:"version,omitempty"`
}

func (b *Basemap) forCatalog() *catalogBasemap {
	if b == nil {
		return nil
	}
	return &catalogBasemap{
		Kind: b.kind(), Name: b.Name, Attribution: plainAttribution(b.Attribution),
		Zoom: layers.ZoomRange{Min: b.MinZoom, Max: b.MaxZoom}, Bounds: b.Bounds, Version: b.Version,
	}
}

func (b *Basemap) kind() string {
	if b.Vector {
		return "vector"
	}
	return "raster"
}

var markup = regexp.MustCompile(`<[^<>]*>`)

// plainAttribution is the text of an attribution, which files give as markup.
func plainAttribution(text string) string {
	return strings.Join(strings.Fields(html.UnescapeString(markup.ReplaceAllString(text, " "))), " ")
}

// basemapTileJSON is a TileJSON whose layers are left out for pictures.
type basemapTileJSON struct {
	tiles.TileJSON
	VectorLayers []tiles.VectorLayer `json:"vector_layers,omitempty"`
}

// noBasemap is the answer where the operator has brought none.
var noBasemap = fmt.Errorf("this server has no basemap: %w", layers.ErrNotFound)

// basemapJSON describes the tiles of the basemap.
func (s *Server) basemapJSON(_ context.Context, r *request) error {
	b := s.options.Basemap
	if b == nil {
		return noBasemap
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	address := base + "/basemap/{z}/{x}/{y}"
	if b.Version != "" {
		address += "?v=" + b.Version
	}
	d := basemapTileJSON{
		TileJSON: tiles.TileJSON{
			Version: "3.0.0", Name: b.Name, Attribution: plainAttribution(b.Attribution), Tiles: []string{address},
			MinZoom: b.MinZoom, MaxZoom: b.MaxZoom, Bounds: (*[4]float64)(b.Bounds),
		},
	}
	if b.Vector {
		d.VectorLayers = b.Layers
	}
	return r.json(d)
}

// basemapTile hands on a tile of the basemap. A vector tile that is not there is
// one without layers; a picture that is not there is not found, and the map
// shows the one above it.
func (s *Server) basemapTile(ctx context.Context, r *request) error {
	b := s.options.Basemap
	if b == nil {
		return noBasemap
	}
	at, err := r.tileAddress()
	if err != nil {
		return err
	}
	var body []byte
	coding := tiles.Identity
	err = fmt.Errorf("the basemap has zooms %d to %d: %w", b.MinZoom, b.MaxZoom, layers.ErrNotFound)
	if int(at.Z) >= b.MinZoom && int(at.Z) <= b.MaxZoom {
		body, coding, err = b.Source.Tile(ctx, at)
	}
	switch {
	case errors.Is(err, layers.ErrNotFound):
		if !b.Vector {
			return fmt.Errorf("the basemap has no tile %d/%d/%d: %w", at.Z, at.X, at.Y, layers.ErrNotFound)
		}
	case errors.Is(err, context.DeadlineExceeded):
		return errors.Join(errBasemapSlow, err)
	case err != nil:
		return errors.Join(errBasemap, err)
	}
	return r.sendBasemap(b, body, coding)
}

func (r *request) sendBasemap(b *Basemap, body []byte, coding tiles.Coding) error {
	if coding == tiles.Gzip && (!b.Vector || !r.takesGzip()) {
		var err error
		if body, err = gunzip(body, maxBasemapTile); err != nil {
			return errors.Join(errBasemap, err)
		}
		coding = tiles.Identity
	}
	contentType := typeTile
	if !b.Vector {
		if contentType = pictureType(body); contentType == "" {
			return fmt.Errorf("%w: it is no picture this program knows", errBasemap)
		}
	}
	sum := sha256.Sum256(body)
	r.cache(keepBasemap)
	if r.fresh(hex.EncodeToString(sum[:12])) {
		return nil
	}
	r.fiber.Set(fiber.HeaderContentType, contentType)
	if coding == tiles.Gzip {
		r.fiber.Set(fiber.HeaderContentEncoding, "gzip")
	}
	return r.fiber.Send(body)
}

// pictureType is the media type of a picture by how it begins, "" for what is
// not one: whatever a file or a service calls it, nothing else is handed on.
func pictureType(body []byte) string {
	switch {
	case bytes.HasPrefix(body, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(body, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case len(body) > 12 && string(body[:4]) == "RIFF" && string(body[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// gunzip unpacks what does not grow beyond the limit.
func gunzip(body []byte, limit int64) ([]byte, error) {
	from, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if int64(len(plain)) > limit {
		return nil, fmt.Errorf("a tile of %d packed bytes holds more than %d", len(body), limit)
	}
	return plain, nil
}
