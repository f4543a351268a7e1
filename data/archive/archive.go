// Package archive reads and writes files that hold a whole set of tiles, and has
// the visible list of their formats.
//
// Readers take files that others made, and believe nothing in them: every
// offset is compared with the file, every length with a limit, and a damaged
// file is an error, never a panic. They may be used by many at once. Writers
// make a file under another name and give it its own when it is complete; equal
// tiles give equal bytes.
package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

// All is every format.
var All = []Format{PMTiles, MBTiles}

// Format is one way in which a file holds tiles.
type Format struct {
	Extension string // with the point, lower case
	magic     []byte // how every file of the format begins
	open      func(ctx context.Context, path string) (Reader, error)
	create    func(d *draft, m Meta) (Writer, error)
}

// Reader gives the tiles of a file. It may be used by many at once.
type Reader interface {
	Meta() Meta
	// Tile is the bytes of a tile and how they are packed: Identity or Gzip. The
	// error is of kind layers.ErrNotFound where the file has no such tile, and
	// of kind layers.ErrInvalid where the file is damaged.
	Tile(ctx context.Context, t maptile.Tile) ([]byte, tiles.Coding, error)
	Close() error
}

// Writer takes the tiles of a new file.
type Writer interface {
	// Put adds a tile that is not packed and not empty. Tiles come in the order
	// of ID, each once; the error is of kind layers.ErrInvalid otherwise.
	Put(t maptile.Tile, body []byte) error
	// Close completes the file and gives it its name.
	Close() error
	// Discard gives up what is not complete; after Close it does nothing.
	Discard()
}

// Kind is what the tiles are, as file formats name it.
type Kind string

// The kinds.
const (
	MVT  Kind = "pbf" // Mapbox Vector Tiles
	PNG  Kind = "png"
	JPEG Kind = "jpg"
	WebP Kind = "webp"
)

// Meta is what a file says about its tiles.
type Meta struct {
	Name, Description, Attribution string
	Version                        string // of the content
	Kind                           Kind
	MinZoom, MaxZoom               int
	Bounds                         orb.Bound // in degrees
	Center                         orb.Point
	CenterZoom                     int
	Layers                         []tiles.VectorLayer // of vector tiles; nil where the file does not say
}

const (
	// maxTile is the largest tile in bytes, packed and unpacked.
	maxTile = 16 << 20
	// maxMetadata is the largest description in bytes, unpacked.
	maxMetadata = 16 << 20
	// maxZoom is the deepest zoom a file may speak of.
	maxZoom = 30
)

// world is the square of Web Mercator in degrees.
var world = orb.Bound{Min: orb.Point{-180, -85.0511287}, Max: orb.Point{180, 85.0511287}}

// errNone says that the file has no such tile.
var errNone = fmt.Errorf("no such tile: %w", layers.ErrNotFound)

// Open opens a file of any of the formats, whatever its name. The error is of
// kind layers.ErrInvalid when it is of none of them or damaged.
func Open(ctx context.Context, path string) (Reader, error) {
	head, err := beginning(path)
	if err != nil {
		return nil, err
	}
	for _, f := range All {
		if bytes.HasPrefix(head, f.magic) {
			r, err := f.open(ctx, path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			return r, nil
		}
	}
	return nil, fmt.Errorf("%s holds no tiles in a format this program reads (%s): %w", path, Extensions(), layers.ErrInvalid)
}

func beginning(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, layers.ErrInvalid)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file: %w", path, layers.ErrInvalid)
	}
	head := make([]byte, 16)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return head[:n], nil
}

// Create begins a file in the format of its ending; a file of that name is
// replaced at the end. The error is of kind layers.ErrInvalid for an ending
// that is none of the formats'.
func Create(path string, m Meta) (Writer, error) {
	f, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	d, err := newDraft(path)
	if err != nil {
		return nil, err
	}
	w, err := f.create(d, m)
	if err != nil {
		d.discard()
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return w, nil
}

// Writable tells whether Create knows the ending of that name: nil, or an error
// of kind layers.ErrInvalid that lists the endings.
func Writable(path string) error {
	_, err := formatOf(path)
	return err
}

func formatOf(path string) (Format, error) {
	for _, f := range All {
		if strings.EqualFold(filepath.Ext(path), f.Extension) {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("%s ends in none of %s: %w", filepath.Base(path), Extensions(), layers.ErrInvalid)
}

// Extensions lists the endings of the formats, for people.
func Extensions() string {
	all := make([]string, len(All))
	for i, f := range All {
		all[i] = f.Extension
	}
	return strings.Join(all, ", ")
}

// damaged is an error of kind layers.ErrInvalid about the inside of a file.
func damaged(format string, args ...any) error {
	return fmt.Errorf("the file is damaged: %s: %w", fmt.Sprintf(format, args...), layers.ErrInvalid)
}
