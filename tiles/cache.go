package tiles

import (
	"fmt"
	"strings"

	"github.com/maypok86/otter/v2"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
)

// cache keeps ready tiles up to a number of bytes and lets the least useful go.
type cache struct{ tiles *otter.Cache[string, *Tile] }

// entryOverhead is what an entry costs beside its bytes, roughly.
const entryOverhead = 256

func newCache(maxBytes uint64) (*cache, error) {
	tiles, err := otter.New(&otter.Options[string, *Tile]{
		MaximumWeight: maxBytes,
		Weigher: func(key string, t *Tile) uint32 {
			return uint32(len(key) + 2*len(t.Body) + entryOverhead)
		},
	})
	if err != nil {
		return nil, err
	}
	return &cache{tiles: tiles}, nil
}

func (c *cache) get(key string) (*Tile, bool) { return c.tiles.GetIfPresent(key) }

func (c *cache) put(key string, t *Tile) { c.tiles.Set(key, t) }

// keyOf names a tile by everything its bytes depend on: the layer and its
// version, the place, what the reader may see, and what was asked for. Open
// layers are the same for every scope and share one entry.
func keyOf(l layers.Layer, version int64, t maptile.Tile, q layers.Query, scope access.Scope) string {
	seen := "open"
	if clip, limited := scope.Clip(l); limited {
		seen = fmt.Sprintf("%d-%d", clip.Low, clip.High)
	} else if l.Access != layers.Open {
		seen = "all"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %d/%d/%d %s", l.ID, version, t.Z, t.X, t.Y, seen)
	if q.Area != nil {
		fmt.Fprintf(&b, " area %d-%d", q.Area.Low, q.Area.High)
	}
	if !q.Window.Open() {
		fmt.Fprintf(&b, " window %d-%d", q.Window.From.Unix(), q.Window.To.Unix())
	}
	for _, f := range q.Filters {
		// %q keeps a value with a space or a quote from posing as two.
		fmt.Fprintf(&b, " %s=%q", f.Field, f.Values)
	}
	return b.String()
}
