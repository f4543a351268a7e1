package archive

import (
	"context"
	"runtime"

	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/errgroup"

	"sitmap/tiles"
)

// atOnce is how many tiles are asked for before they are written in their order.
const atOnce = 256

// Fill writes the tiles of the cover that are not empty. get gives the bytes of
// a tile, not packed, and is called by several at once; done is told after
// every stretch how many tiles have been asked for. The bytes of the file do
// not depend on who was quicker.
func Fill(ctx context.Context, w Writer, c *Cover, get func(context.Context, maptile.Tile) ([]byte, error), done func(asked int)) error {
	asked := 0
	for z := range tiles.MaxZoom + 1 {
		all := c.Zoom(z)
		for from := 0; from < len(all); from += atOnce {
			stretch := all[from:min(from+atOnce, len(all))]
			bodies := make([][]byte, len(stretch))
			work, ctx := errgroup.WithContext(ctx)
			work.SetLimit(runtime.GOMAXPROCS(0))
			for i, at := range stretch {
				work.Go(func() (err error) {
					bodies[i], err = get(ctx, at)
					return err
				})
			}
			if err := work.Wait(); err != nil {
				return err
			}
			for i, at := range stretch {
				if len(bodies[i]) == 0 {
					continue
				}
				if err := w.Put(at, bodies[i]); err != nil {
					return err
				}
			}
			asked += len(stretch)
			done(asked)
		}
	}
	return nil
}
