package archive

import (
	"encoding/binary"
	"encoding/json"
	"math"

	"github.com/paulmach/orb"

	"sitmap/tiles"
)

// PMTiles is version 3 of the format of github.com/protomaps/PMTiles: a header,
// a root directory, metadata, leaf directories, and the tiles in the order of ID.
var PMTiles = Format{Extension: ".pmtiles", magic: []byte(pmMagic), open: openPMTiles, create: createPMTiles}

const (
	pmMagic  = "PMTiles"
	pmHeader = 127
	// pmFront is the beginning of the file in which header and root directory
	// must lie, so that one read finds both.
	pmFront = 16_384
)

// pmKinds are the kinds of tiles by their number in the header.
var pmKinds = map[byte]Kind{1: MVT, 2: PNG, 3: JPEG, 4: WebP}

// pmCodings are the codings by their number in the header.
var pmCodings = map[byte]tiles.Coding{1: tiles.Identity, 2: tiles.Gzip, 3: tiles.Brotli, 4: tiles.Zstd}

// part is where a section lies in the file.
type part struct{ offset, length uint64 }

// end is the first byte after the part; ok is false where there is no such number.
func (p part) end() (end uint64, ok bool) {
	return p.offset + p.length, p.offset+p.length >= p.offset
}

// pmHead is the header of the file.
type pmHead struct {
	root, metadata, leaves, data part
	addressed, entries, contents uint64 // tiles, entries for them, different tiles
	clustered                    bool
	internal, packed, kind       byte
	minZoom, maxZoom, centerZoom uint8
	bounds                       orb.Bound
	center                       orb.Point
}

// bytes is the header as it lies in the file.
func (h pmHead) bytes() []byte {
	b := append([]byte(pmMagic), 3)
	for _, n := range []uint64{
		h.root.offset, h.root.length, h.metadata.offset, h.metadata.length, h.leaves.offset, h.leaves.length,
		h.data.offset, h.data.length, h.addressed, h.entries, h.contents,
	} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	clustered := byte(0)
	if h.clustered {
		clustered = 1
	}
	b = append(b, clustered, h.internal, h.packed, h.kind, h.minZoom, h.maxZoom)
	for _, degrees := range []float64{h.bounds.Min[0], h.bounds.Min[1], h.bounds.Max[0], h.bounds.Max[1]} {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(degrees*1e7))))
	}
	b = append(b, h.centerZoom)
	for _, degrees := range h.center {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(degrees*1e7))))
	}
	return b
}

// readPMHead reads the header of a file of that size.
func readPMHead(b []byte, size uint64) (h pmHead, err error) {
	if len(b) < pmHeader || string(b[:7]) != pmMagic {
		return h, damaged("it ends within the header")
	}
	if b[7] != 3 {
		return h, damaged("it is of version %d, and only version 3 is read", b[7])
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7 }
	h = pmHead{
		root: part{number(8), number(16)}, metadata: part{number(24), number(32)},
		leaves: part{number(40), number(48)}, data: part{number(56), number(64)},
		addressed: number(72), entries: number(80), contents: number(88), clustered: b[96] == 1,
		internal: b[97], packed: b[98], kind: b[99], minZoom: b[100], maxZoom: b[101],
		bounds:     orb.Bound{Min: orb.Point{degrees(102), degrees(106)}, Max: orb.Point{degrees(110), degrees(114)}},
		centerZoom: b[118], center: orb.Point{degrees(119), degrees(123)},
	}
	for _, p := range []part{h.root, h.metadata, h.leaves, h.data} {
		if end, ok := p.end(); !ok || end > size {
			return h, damaged("a section lies beyond its end")
		}
	}
	if h.root.length == 0 || h.root.offset < pmHeader || h.root.offset+h.root.length > pmFront {
		return h, damaged("the root directory is not in its first %d bytes", pmFront)
	}
	if h.maxZoom > maxZoom || h.minZoom > h.maxZoom {
		return h, damaged("it speaks of the zooms %d to %d", h.minZoom, h.maxZoom)
	}
	if _, ok := pmKinds[h.kind]; !ok {
		return h, damaged("its tiles are of kind %d; read are vector tiles, PNG, JPEG and WebP", h.kind)
	}
	if _, ok := pmCodings[h.internal]; !ok {
		return h, damaged("its directories are packed in the unknown way %d", h.internal)
	}
	return h, nil
}

// description is the JSON that both formats keep about vector tiles, with the
// texts that PMTiles puts beside it.
type description struct {
	Name        string              `json:"name,omitempty"`
	Description string              `json:"description,omitempty"`
	Attribution string              `json:"attribution,omitempty"`
	Type        string              `json:"type,omitempty"`
	Version     string              `json:"version,omitempty"`
	Layers      []tiles.VectorLayer `json:"vector_layers,omitempty"`
}

// readDescription reads what it can: a text that is no text, or layers that are
// no layers, are left out, since files are made by many programs.
func readDescription(text []byte) (d description) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(text, &raw) != nil {
		return d
	}
	for name, into := range map[string]any{
		"name": &d.Name, "description": &d.Description, "attribution": &d.Attribution,
		"type": &d.Type, "version": &d.Version, "vector_layers": &d.Layers,
	} {
		if value, ok := raw[name]; ok {
			_ = json.Unmarshal(value, into) // see above
		}
	}
	return d
}
