package archive

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/paulmach/orb/maptile"

	"sitmap/tiles"
)

const (
	// maxDirectory is the longest directory in bytes, unpacked.
	maxDirectory = 32 << 20
	// maxDepth is how many directories lead to a tile at most.
	maxDepth = 4
	// keptEntries is how many entries of leaf directories stay in memory: 24 MiB.
	keptEntries = 1 << 20
)

// pmReader reads a file of PMTiles.
type pmReader struct {
	from  io.ReaderAt
	close func() error
	head  pmHead
	root  directory
	meta  Meta
	kept  leafCache
}

func openPMTiles(_ context.Context, path string) (Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r, err := readPMTiles(file, info.Size(), file.Close)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// readPMTiles reads header, root directory and metadata of a file of that size.
func readPMTiles(from io.ReaderAt, size int64, close func() error) (*pmReader, error) {
	front := make([]byte, min(size, pmFront))
	if _, err := from.ReadAt(front, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r := &pmReader{from: from, close: close}
	var err error
	if r.head, err = readPMHead(front, uint64(size)); err != nil {
		return nil, err
	}
	if r.root, err = r.directory(r.head.root); err != nil {
		return nil, err
	}
	var text []byte
	if r.head.metadata.length > 0 {
		if text, err = r.read(r.head.metadata, maxMetadata); err != nil {
			return nil, err
		}
		if text, err = unpack(text, pmCodings[r.head.internal], maxMetadata); err != nil {
			return nil, err
		}
	}
	d := readDescription(text)
	r.meta = Meta{
		Name: d.Name, Description: d.Description, Attribution: d.Attribution, Version: d.Version, Layers: d.Layers,
		Kind: pmKinds[r.head.kind], MinZoom: int(r.head.minZoom), MaxZoom: int(r.head.maxZoom),
		Bounds: soundBounds(r.head.bounds), Center: r.head.center, CenterZoom: int(r.head.centerZoom),
	}
	return r, nil
}

// read is the bytes of a part that the header or a directory has vouched for.
func (r *pmReader) read(p part, limit uint64) ([]byte, error) {
	if p.length > limit {
		return nil, damaged("a part of %d bytes is longer than %d", p.length, limit)
	}
	b := make([]byte, p.length)
	if n, err := r.from.ReadAt(b, int64(p.offset)); n < len(b) {
		if errors.Is(err, io.EOF) {
			return nil, damaged("it has become shorter")
		}
		return nil, fmt.Errorf("read: %w", err)
	}
	return b, nil
}

func (r *pmReader) directory(p part) (directory, error) {
	packed, err := r.read(p, maxDirectory)
	if err != nil {
		return nil, err
	}
	plain, err := unpack(packed, pmCodings[r.head.internal], maxDirectory)
	if err != nil {
		return nil, err
	}
	return readDirectory(plain, r.head.data.length, r.head.leaves.length)
}

func (r *pmReader) Meta() Meta { return r.meta }

func (r *pmReader) Close() error { return r.close() }

func (r *pmReader) Tile(_ context.Context, t maptile.Tile) ([]byte, tiles.Coding, error) {
	if t.Z > maxZoom || !t.Valid() {
		return nil, tiles.Identity, errNone
	}
	id, dir := ID(t), r.root
	for range maxDepth {
		e, ok := dir.find(id)
		if !ok {
			return nil, tiles.Identity, errNone
		}
		if e.run > 0 {
			return r.tile(e)
		}
		var err error
		if dir, err = r.leaf(e); err != nil {
			return nil, tiles.Identity, err
		}
	}
	return nil, tiles.Identity, damaged("its directories lie more than %d deep", maxDepth)
}

// tile is the bytes of an entry. Codings that not every client knows are undone.
func (r *pmReader) tile(e entry) ([]byte, tiles.Coding, error) {
	body, err := r.read(part{r.head.data.offset + e.offset, uint64(e.length)}, maxTile)
	if err != nil {
		return nil, tiles.Identity, err
	}
	// Where the header says nothing, or says wrongly that vector tiles are not
	// packed, the bytes themselves know.
	if isGzip(body) {
		return body, tiles.Gzip, nil
	}
	switch coding := pmCodings[r.head.packed]; coding {
	case tiles.Brotli, tiles.Zstd:
		plain, err := unpack(body, coding, maxTile)
		return plain, tiles.Identity, err
	case tiles.Gzip:
		return nil, tiles.Identity, damaged("a tile is not packed as the header says")
	}
	return body, tiles.Identity, nil
}

// leaf is a leaf directory, from memory or from the file.
func (r *pmReader) leaf(e entry) (directory, error) {
	if d := r.kept.get(e.offset); d != nil {
		return d, nil
	}
	d, err := r.directory(part{r.head.leaves.offset + e.offset, uint64(e.length)})
	if err != nil {
		return nil, err
	}
	r.kept.put(e.offset, d)
	return d, nil
}

// leafCache keeps the leaf directories used last.
type leafCache struct {
	mu      sync.Mutex
	order   list.List // of *keptLeaf, the one used last in front
	byPlace map[uint64]*list.Element
	entries int
}

type keptLeaf struct {
	offset uint64
	dir    directory
}

func (c *leafCache) get(offset uint64) directory {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byPlace[offset]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*keptLeaf).dir
}

func (c *leafCache) put(offset uint64, d directory) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byPlace == nil {
		c.byPlace = map[uint64]*list.Element{}
	}
	if _, ok := c.byPlace[offset]; ok {
		return // somebody else was as quick
	}
	c.byPlace[offset] = c.order.PushFront(&keptLeaf{offset, d})
	c.entries += len(d)
	for c.entries > keptEntries && c.order.Len() > 1 {
		oldest := c.order.Remove(c.order.Back()).(*keptLeaf)
		delete(c.byPlace, oldest.offset)
		c.entries -= len(oldest.dir)
	}
}
