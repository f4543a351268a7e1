package data

import (
	"context"
	"log/slog"

	"sitmap/data/postgis"
	buffer "sitmap/data/stream"
)

// OpenBuffer opens the buffer of the store. A buffer that has lost what the store
// has from it already, because its disk lies or its folder is an old copy, would give
// the same numbers to new messages, which the writer would take for written: it goes
// on under a new identity, and what it still holds is written once more, which makes
// nothing twice.
func OpenBuffer(ctx context.Context, o buffer.Options, store *postgis.Store) (*buffer.Stream, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := buffer.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	written, err := store.PositionCursor(ctx, s.Identity())
	var held buffer.Held
	if err == nil {
		held, err = s.Held(ctx) // after the cursor: of a sound buffer it is never behind
	}
	if err == nil && held.Last < written {
		o.Log.Error("the buffer of positions has lost messages that were written down; it begins anew", "has", held.Last, "written", written)
		err = s.Renew(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
