package tiles

import "sync"

// Moved says that a layer has a new version, and that its tiles already show it.
type Moved struct {
	Layer   string
	Version int64
}

// watchers are those who want to know which layers moved. Nobody waits for a
// slow one: what he has not taken yet is merged, the newest version of a layer
// counts.
type watchers struct {
	mu  sync.Mutex
	all map[*watcher]bool
}

type watcher struct {
	mu      sync.Mutex
	pending map[string]int64
	wake    chan struct{}
}

// Watch tells of layers that move from now on: wake receives when there is
// something to take, and take gives it, the newest version by layer. stop ends
// it; wake is never closed.
func (s *Server) Watch() (wake <-chan struct{}, take func() []Moved, stop func()) {
	w := &watcher{pending: map[string]int64{}, wake: make(chan struct{}, 1)}
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	s.watchers.all[w] = true
	return w.wake, w.take, func() {
		s.watchers.mu.Lock()
		defer s.watchers.mu.Unlock()
		delete(s.watchers.all, w)
	}
}

func (w *watcher) take() []Moved {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Moved, 0, len(w.pending))
	for layer, version := range w.pending {
		all = append(all, Moved{layer, version})
	}
	clear(w.pending)
	return all
}

func (ws *watchers) tell(m Moved) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for w := range ws.all {
		w.mu.Lock()
		w.pending[m.Layer] = max(w.pending[m.Layer], m.Version)
		w.mu.Unlock()
		select {
		case w.wake <- struct{}{}:
		default: // it is awake already
		}
	}
}
