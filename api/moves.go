package api

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/tally"
	"sitmap/tiles"
)

// moves knows the version of each layer and in which order they moved, for
// the live stream.
type moves struct {
	store   Store
	catalog layers.Catalog

	mu     sync.Mutex
	loaded bool
	last   uint64 // number of the last move
	layers map[string]move
}

// move is the newest of a layer.
type move struct {
	version int64
	number  uint64
}

// layerMoved is a layer of an event.
type layerMoved struct {
	Layer   string `json:"layer"`
	Version int64  `json:"version"`
}

func newMoves(o Options) *moves {
	return &moves{store: o.Store, catalog: o.Catalog, last: 1, layers: map[string]move{}}
}

// awaiting is how long a move waits until the layer's counts show it too.
const awaiting = 5 * time.Second

// follow takes the moves of the tile server until ctx ends, and calls told
// after each. Who is told of a move finds it in tiles and in counts.
func (m *moves) follow(ctx context.Context, server TileServer, counted *tally.Server, told func()) {
	wake, take, stop := server.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
			moved := take()
			if counted != nil {
				m.await(ctx, counted, moved)
			}
			m.take(moved)
			told()
		}
	}
}

// await waits for the counts of what moved.
func (m *moves) await(ctx context.Context, counted *tally.Server, moved []tiles.Moved) {
	ctx, cancel := context.WithTimeout(ctx, awaiting)
	defer cancel()
	for _, one := range moved {
		if counted.Reach(ctx, one.Layer, one.Version) != nil {
			return
		}
	}
}

// take numbers the moves. One whose version was known already counts too: the
// version may have been read before the tiles showed it.
func (m *moves) take(moved []tiles.Moved) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, one := range moved {
		m.last++
		m.layers[one.Layer] = move{max(one.Version, m.layers[one.Layer].version), m.last}
	}
}

// released numbers what was newly published of a layer: a move for those who see
// nothing else of it.
func (m *moves) released(layer string, version int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	m.layers[releaseOf(layer)] = move{version, m.last}
}

// releaseOf is under which name the release of a layer is known here.
func releaseOf(layer string) string { return layer + " released" }

// load reads the versions from the store, once.
func (m *moves) load(ctx context.Context) error {
	m.mu.Lock()
	loaded := m.loaded
	m.mu.Unlock()
	if loaded {
		return nil
	}
	states, err := m.store.States(ctx)
	if err != nil {
		return fmt.Errorf("state of the layers: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.loaded = true
	for id, state := range states {
		known := m.layers[id]
		m.layers[id] = move{max(state.Version, known.version), max(known.number, 1)}
	}
	return nil
}

// feed tells which layers moved, of those that the reader may read.
func (m *moves) feed() feed {
	return feed{event: "layers", shared: true, since: m.since, missed: m.missed, id: m.id}
}

func (m *moves) since(mark uint64, reader access.User) (news any, now uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.find(reader, func(_ string, at move) bool { return at.number > mark })
	if len(found) == 0 {
		return nil, m.last
	}
	return found, m.last
}

// missed compares the versions of the id with the newest.
func (m *moves) missed(id url.Values, reader access.User) (news any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.find(reader, func(layer string, at move) bool { return id.Get(layer) != strconv.FormatInt(at.version, 10) })
	if len(found) == 0 {
		return nil
	}
	return found
}

// id names the version of each layer, but of those that moved after the mark.
func (m *moves) id(id url.Values, mark uint64, reader access.User) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.find(reader, func(_ string, at move) bool { return at.number <= mark }) {
		id.Set(l.Layer, strconv.FormatInt(l.Version, 10))
	}
}

// find are the layers that the reader may read, or of which something is published,
// and that are wanted, in the catalogue's order. The lock is held.
func (m *moves) find(reader access.User, wanted func(layer string, at move) bool) []layerMoved {
	scope := reader.Scope()
	var found []layerMoved
	for _, l := range m.catalog {
		name := l.ID
		if scope.MayRead(l) != nil {
			name = releaseOf(l.ID)
		}
		if at, ok := m.layers[name]; ok && wanted(l.ID, at) {
			found = append(found, layerMoved{l.ID, at.version})
		}
	}
	return found
}
