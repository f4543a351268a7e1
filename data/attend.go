package data

import (
	"context"
	"log/slog"
	"time"

	buffer "sitmap/data/stream"
	"sitmap/layers/live"
)

// attendEvery is how often it is looked what time brought.
const attendEvery = 2 * time.Second

// nothingNew is after how long without a message there is none that is new enough
// to be heard again.
const nothingNew = 10 * time.Second

// Attend puts into the buffer what fences notice and which alarms nobody answered
// in time, until ctx ends; then it returns nil. Every server does; what another
// one said first is passed over. followed is up to which message board and watch
// were told: nothing is noticed before they know what was there when it began.
func Attend(ctx context.Context, stream *buffer.Stream, board *live.Board, watch *live.Watch, followed func() uint64, patience time.Duration, log *slog.Logger) error {
	tick := time.NewTicker(attendEvery)
	defer tick.Stop()
	there, asked, failing, began := uint64(0), false, false, time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !asked {
			held, err := stream.Held(ctx)
			if err != nil {
				continue
			}
			there, asked = held.Last, true
		}
		if at := followed(); at < there && (at > 0 || time.Since(began) < nothingNew) {
			continue
		}
		now := time.Now()
		due := append(watch.Look(now), board.Due(now, patience)...)
		if len(due) == 0 {
			continue
		}
		err := stream.Append(ctx, due)
		if err != nil && !failing && ctx.Err() == nil {
			log.Warn("alarms are not written down; trying again", "error", err)
		}
		failing = err != nil
	}
}
