package api

import (
	"context"
	"errors"
	"time"

	"sitmap/api/auth"
	"sitmap/layers/access"
)

// oversee asks again and again who the readers are, all of them with one question,
// until ctx ends.
func (s *Server) oversee(ctx context.Context) {
	tick := time.NewTicker(recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		proofs := s.streams.proofs()
		if len(proofs) == 0 {
			continue
		}
		asking, cancel := s.within(classes["map"].timeout)
		// Where the store does not answer, each stream sees for itself whether
		// its reader is believed.
		if err := s.auth.Refresh(asking, proofs); err != nil {
			s.options.Log.Debug("the readers of the live stream are not checked together", "error", err)
		}
		cancel()
		s.streams.recheck()
	}
}

// proofs are those of all readers.
func (all *streams) proofs() []auth.Proof {
	all.mu.Lock()
	defer all.mu.Unlock()
	proofs := make([]auth.Proof, 0, len(all.all))
	for one := range all.all {
		proofs = append(proofs, one.proof)
	}
	return proofs
}

// recheck makes every stream see whether its reader still may read.
func (all *streams) recheck() {
	all.mu.Lock()
	defer all.mu.Unlock()
	for one := range all.all {
		select {
		case one.check <- struct{}{}:
		default:
		}
	}
}

var errReaderChanged = errors.New("the reader may see something else now")

// stillMay fails when the reader may not read any more, or something else
// than before: then they come back and begin anew.
func (one *liveStream) stillMay() error {
	ctx, cancel := one.server.within(classes["map"].timeout)
	defer cancel()
	now, err := one.server.auth.Watch(ctx, one.proof, one.address)
	if err != nil {
		return err
	}
	if !now.Role.Has(access.ReadMap) || now.Scope() != one.reader.Scope() {
		return errReaderChanged
	}
	return nil
}
