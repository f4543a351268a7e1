package tiles

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"sitmap/tiles/mlt"
	"sitmap/tiles/mvt"
)

// Coding is a content coding of HTTP in which a tile's bytes are kept ready.
type Coding uint8

// The codings, in no order of preference.
const (
	Identity Coding = iota
	Gzip
	Brotli
	Zstd
	codings
)

// String is the token of Content-Encoding and Accept-Encoding.
func (c Coding) String() string {
	return [...]string{"identity", "gzip", "br", "zstd"}[c]
}

// Tile is the ready bytes of a tile and their strong entity tag. It is shared
// by everybody who asks: nobody may write to its bytes.
type Tile struct {
	Body []byte // Mapbox Vector Tile 2.1; empty when nothing lies in the tile
	ETag string // of Body, without quotes
	// ready is Body in each coding, made when first asked for and kept.
	ready [codings]atomic.Pointer[coded]
	// mlt is the same features as a MapLibre Tile, made likewise.
	mlt atomic.Pointer[Tile]
}

// coded is the bytes of a tile in one coding. A strong entity tag names exact
// bytes, so each coding has its own.
type coded struct {
	body []byte
	etag string
}

// worthCoding is the size below which compressing saves less than a packet.
const worthCoding = 512

// newTile takes the bytes, which nobody may write to afterwards.
func newTile(body []byte) *Tile {
	sum := sha256.Sum256(body)
	return &Tile{Body: body, ETag: hex.EncodeToString(sum[:12])}
}

// empty is the tile in which nothing lies; all of them are this one.
var empty = newTile(nil)

// As is the tile in that coding, compressed once however often it is asked
// for, with the entity tag of exactly these bytes. Where compressing is not
// worth it, is is Identity.
func (t *Tile) As(want Coding) (body []byte, etag string, is Coding) {
	if want == Identity || len(t.Body) < worthCoding {
		return t.Body, t.ETag, Identity
	}
	if c := t.ready[want].Load(); c != nil {
		return c.body, c.etag, want
	}
	// Two who ask at the same moment both compress; they make the same bytes.
	c := &coded{body: compress(t.Body, want), etag: t.ETag + "-" + want.String()}
	t.ready[want].Store(c)
	return c.body, c.etag, want
}

// MLT is the same features as a MapLibre Tile, with tags and codings of its own,
// made once however often it is asked for. The error is that of mlt.Encode: for
// one, where a feature is not a point.
func (t *Tile) MLT() (*Tile, error) {
	if made := t.mlt.Load(); made != nil {
		return made, nil
	}
	decoded, err := mvt.Decode(t.Body)
	if err != nil {
		return nil, err
	}
	body, err := mlt.Encode(decoded)
	if err != nil {
		return nil, err
	}
	made := newTile(body)
	made.ETag += "-mlt" // an empty tile is the same bytes in both formats
	// Who comes second takes the first one's, with the codings it has by now.
	if !t.mlt.CompareAndSwap(nil, made) {
		made = t.mlt.Load()
	}
	return made, nil
}

// How hard each coding works. Measured on three tiles of the demo city of 67, 130
// and 627 kB: gzip at 5 takes 0.8 to 6 ms, zstd a little less for 5 % fewer bytes,
// brotli at 2 twice as long for 10 % fewer. The next levels that gain anything
// (brotli at 5: another 11 %) take more than three times as long, on a path where
// somebody waits.
const (
	gzipLevel   = 5
	brotliLevel = 2
)

// zstdEncoder is safe for concurrent EncodeAll.
var zstdEncoder = func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options are constants
	}
	return e
}()

func compress(body []byte, to Coding) []byte {
	var b bytes.Buffer
	b.Grow(len(body) / 2)
	switch to {
	case Gzip:
		w, err := gzip.NewWriterLevel(&b, gzipLevel)
		if err != nil {
			panic(err) // the level is a constant
		}
		// A bytes.Buffer takes every write, so neither call can fail.
		_, _ = w.Write(body)
		_ = w.Close()
	case Brotli:
		w := brotli.NewWriterLevel(&b, brotliLevel)
		_, _ = w.Write(body)
		_ = w.Close()
	case Zstd:
		return zstdEncoder.EncodeAll(body, b.AvailableBuffer())
	}
	return b.Bytes()
}

// join puts the layers of several tiles into one: a tile is a protobuf
// message whose layers are a repeated field, so their bytes follow one another.
func join(parts []*Tile) *Tile {
	var body []byte
	for _, p := range parts {
		body = append(body, p.Body...)
	}
	return newTile(body)
}
