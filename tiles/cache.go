package tiles

import (
	"strconv"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
)

// cache keeps ready tiles up to a number of bytes and lets the least useful go.
type cache struct{ tiles *otter.Cache[string, *entry] }

// entry is a ready tile, with the generation of its layer up to which it is
// known to hold.
type entry struct {
	tile       *Tile
	generation atomic.Uint64
	parts      []*Tile // of a tile of several layers; their own entries say whether they hold
}

// entryOverhead is what an entry costs beside its bytes, roughly.
const entryOverhead = 400

func newCache(maxBytes uint64) (*cache, error) {
	tiles, err := otter.New(&otter.Options[string, *entry]{
		MaximumWeight: maxBytes,
		Weigher: func(key string, e *entry) uint32 {
			// The codings come later and take about half as much each; most
			// readers want the same one or two. A MapLibre Tile with a coding
			// is smaller than two.
			return uint32(len(key) + 2*len(e.tile.Body) + entryOverhead)
		},
	})
	if err != nil {
		return nil, err
	}
	return &cache{tiles: tiles}, nil
}

func (c *cache) get(key string) (*entry, bool) { return c.tiles.GetIfPresent(key) }

func (c *cache) put(key string, e *entry) { c.tiles.Set(key, e) }

// bytes is the weight of what is kept.
func (c *cache) bytes() uint64 { return c.tiles.WeightedSize() }

// keyOf names a tile by everything its bytes depend on but time: the layer, the
// place, what the reader may see, and what was asked for. Open layers are the
// same for every scope and share one entry.
func keyOf(l layers.Layer, t maptile.Tile, q layers.Query, scope access.Scope) string {
	b := make([]byte, 0, 96)
	number := func(before string, n int64) {
		b = strconv.AppendInt(append(b, before...), n, 10)
	}
	b = append(b, l.ID...)
	number(" ", int64(t.Z))
	number("/", int64(t.X))
	number("/", int64(t.Y))
	if clip, limited := scope.Clip(l); limited {
		number(" ", clip.Low)
		number("-", clip.High)
	} else if l.Access != layers.Open {
		b = append(b, " all"...)
	} else {
		b = append(b, " open"...)
	}
	if q.Area != nil {
		number(" area ", q.Area.Low)
		number("-", q.Area.High)
	}
	if !q.Window.Open() {
		number(" window ", q.Window.From.UnixNano())
		number("-", q.Window.To.UnixNano())
	}
	for _, f := range q.Filters {
		// Quoted, a value with a space or a quote cannot pose as two.
		b = strconv.AppendQuote(append(b, ' '), f.Field)
		for _, v := range f.Values {
			b = append(b, '=')
			switch v := v.(type) {
			case string:
				b = strconv.AppendQuote(b, v)
			case int64:
				b = strconv.AppendInt(b, v, 10)
			case float64:
				b = strconv.AppendFloat(b, v, 'g', -1, 64)
			case bool:
				b = strconv.AppendBool(b, v)
			}
		}
	}
	return string(b)
}
