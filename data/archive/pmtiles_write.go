package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
)

// firstLeaf is the entries of a leaf directory at first; they become more until
// the root directory, which lists the leaves, fits its place.
const firstLeaf = 4096

// pmWriter writes a file of PMTiles. The tiles go to a file of their own first,
// because the directories, which lie before them, are known last.
type pmWriter struct {
	draft     *draft
	data      *draft // the tiles, removed at the end
	file      *os.File
	out       *bufio.Writer
	meta      Meta
	kind      byte
	order     sequence
	packer    packer
	dir       directory
	places    map[[16]byte]part // where equal tiles lie already, by their digest
	length    uint64
	addressed uint64
}

func createPMTiles(d *draft, m Meta) (Writer, error) {
	w := &pmWriter{draft: d, meta: m, places: map[[16]byte]part{}}
	for number, kind := range pmKinds {
		if kind == m.Kind {
			w.kind = number
		}
	}
	if w.kind == 0 {
		return nil, fmt.Errorf("tiles of kind %q are not written: %w", m.Kind, layers.ErrInvalid)
	}
	var err error
	if w.data, err = newDraft(d.path + ".tiles"); err != nil {
		return nil, err
	}
	if w.file, err = os.OpenFile(w.data.temporary, os.O_RDWR, 0); err != nil {
		w.data.discard()
		return nil, err
	}
	w.out = bufio.NewWriterSize(w.file, 1<<20)
	return w, nil
}

func (w *pmWriter) Put(t maptile.Tile, body []byte) error {
	id, err := w.order.take(t, body)
	if err != nil {
		return err
	}
	w.addressed++
	sum := sha256.Sum256(body)
	digest := [16]byte(sum[:16])
	place, known := w.places[digest]
	if known && len(w.dir) > 0 {
		// A neighbour on the curve that is equal only makes the last entry longer.
		if last := &w.dir[len(w.dir)-1]; last.offset == place.offset && last.id+uint64(last.run) == id {
			last.run++
			return nil
		}
	}
	if !known {
		packed := body
		if w.meta.Kind == MVT {
			if packed, err = w.packer.pack(body); err != nil {
				return err
			}
		}
		if _, err := w.out.Write(packed); err != nil {
			return fmt.Errorf("write %s: %w", w.draft.path, err)
		}
		place = part{w.length, uint64(len(packed))}
		w.places[digest] = place
		w.length += place.length
	}
	w.dir = append(w.dir, entry{id, place.offset, uint32(place.length), 1})
	return nil
}

func (w *pmWriter) Close() error {
	defer w.Discard()
	if len(w.dir) == 0 {
		return fmt.Errorf("there is no tile to write: %w", layers.ErrInvalid)
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", w.draft.path, err)
	}
	front, err := w.front()
	if err != nil {
		return err
	}
	if err := w.assemble(front); err != nil {
		return fmt.Errorf("write %s: %w", w.draft.path, err)
	}
	return w.draft.finish()
}

// front is everything that lies before the tiles.
func (w *pmWriter) front() ([]byte, error) {
	m := w.meta
	text, err := json.Marshal(description{m.Name, m.Description, m.Attribution, "overlay", m.Version, m.Layers})
	if err != nil {
		return nil, err
	}
	metadata, err := w.packer.pack(text)
	if err != nil {
		return nil, err
	}
	root, leaves, err := w.dir.split(&w.packer)
	if err != nil {
		return nil, err
	}
	h := pmHead{
		root: part{pmHeader, uint64(len(root))}, addressed: w.addressed,
		entries: uint64(len(w.dir)), contents: uint64(len(w.places)), clustered: true,
		internal: 2, packed: 1, kind: w.kind, minZoom: uint8(m.MinZoom), maxZoom: uint8(m.MaxZoom), centerZoom: uint8(m.CenterZoom),
		bounds: m.Bounds, center: m.Center,
	}
	if m.Kind == MVT {
		h.packed = 2
	}
	h.metadata = part{pmHeader + h.root.length, uint64(len(metadata))}
	h.leaves = part{h.metadata.offset + h.metadata.length, uint64(len(leaves))}
	h.data = part{h.leaves.offset + h.leaves.length, w.length}
	front := append(h.bytes(), root...)
	front = append(front, metadata...)
	return append(front, leaves...), nil
}

// split packs the directory: whole, where it fits the first bytes of the file,
// else as a root that lists leaves, and the leaves one after the other.
func (d directory) split(p *packer) (root, leaves []byte, err error) {
	if root, err = p.pack(d.bytes()); err != nil || len(root) <= pmFront-pmHeader {
		return root, nil, err
	}
	for size := firstLeaf; ; size += size / 2 {
		var top directory
		leaves = nil
		for from := 0; from < len(d); from += size {
			leaf := d[from:min(from+size, len(d))]
			packed, err := p.pack(leaf.bytes())
			if err != nil {
				return nil, nil, err
			}
			top = append(top, entry{leaf[0].id, uint64(len(leaves)), uint32(len(packed)), 0})
			leaves = append(leaves, packed...)
		}
		if root, err = p.pack(top.bytes()); err != nil || len(root) <= pmFront-pmHeader {
			return root, leaves, err
		}
	}
}

// assemble writes the front and the tiles after it.
func (w *pmWriter) assemble(front []byte) error {
	file, err := os.OpenFile(w.draft.temporary, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(front); err != nil {
		return err
	}
	if _, err := w.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(file, w.file); err != nil {
		return err
	}
	return file.Close()
}

func (w *pmWriter) Discard() {
	_ = w.file.Close() // only read from now on, and removed
	w.data.discard()
	w.draft.discard()
}
