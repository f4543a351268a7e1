package tiles

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/klauspost/compress/gzip"
)

// Tile is the ready bytes of a tile and their strong entity tag. Both slices
// are shared: nobody may write to them.
type Tile struct {
	Body []byte // Mapbox Vector Tile 2.1; empty when nothing lies in the tile
	Gzip []byte // the same, compressed; nil where that is not worth it
	ETag string // of Body, without quotes
}

// worthGzip is the size below which compressing saves less than a packet.
const worthGzip = 512

var empty = pack(nil)

func pack(body []byte) Tile {
	sum := sha256.Sum256(body)
	t := Tile{Body: body, ETag: hex.EncodeToString(sum[:12])}
	if len(body) < worthGzip {
		return t
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, 5)
	if err != nil {
		panic(err) // 5 is a level
	}
	// A bytes.Buffer takes every write, so neither call can fail.
	_, _ = w.Write(body)
	_ = w.Close()
	t.Gzip = b.Bytes()
	return t
}

// join puts the layers of several tiles into one: a tile is a protobuf
// message whose layers are a repeated field, so their bytes follow one another.
func join(parts []Tile) Tile {
	var body []byte
	for _, p := range parts {
		body = append(body, p.Body...)
	}
	return pack(body)
}
