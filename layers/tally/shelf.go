package tally

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"sitmap/geo/cube"
	"sitmap/layers"
)

// Shelf keeps what was counted of a layer from one run of the program to the next.
type Shelf interface {
	// Load gives what was last saved of the layer. It fails when that was saved
	// under another key or is not whole any more, and with fs.ErrNotExist when
	// nothing was saved.
	Load(layer, key string) (base *cube.Base, notes []byte, err error)
	// Save takes the place of what was saved of the layer. The base and the notes
	// do not change.
	Save(layer, key string, base *cube.Base, notes []byte) error
}

// notes is what a moment knows besides its base.
type notes struct {
	Values    []string `json:"values"` // by category, as in codes
	Full      bool     `json:"full"`
	Uncounted int      `json:"uncounted"`
}

// keyOf names all that the counts of a layer are made from. A version alone would
// not do: a database that was restored has its versions a second time.
func (s *Server) keyOf(l layers.Layer, state layers.LayerState, c *codes) string {
	return strings.Join([]string{
		"tally 1", l.ID, "legend " + c.field, "time " + l.TimeField, "days of " + s.options.Zone.String(),
		fmt.Sprintf("version %d of %s, %d features", state.Version, state.Changed.UTC().Format(time.RFC3339Nano), state.Count),
	}, "; ")
}

// fetch takes the layer from the shelf, if what lies there is of this state; nil
// if not. following is locked.
func (s *Server) fetch(l *layer, state layers.LayerState, options cube.Options) *Moment {
	if s.options.Shelf == nil {
		return nil
	}
	began := time.Now()
	m := &Moment{layer: l.Layer, version: state.Version, codes: newCodes(l.Layer)}
	key := s.keyOf(l.Layer, state, m.codes)
	base, text, err := s.options.Shelf.Load(l.ID, key)
	var n notes
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.options.Log.Info("what was kept of a layer's counts is of no use", "layer", l.ID, "reason", err)
		return nil
	}
	m.uncounted = n.Uncounted
	m.codes.restore(n)
	l.cube = cube.New(base, options)
	l.shelved.Store(&key)
	m.view = l.cube.View()
	s.options.Log.Info("layer's counts taken from the shelf", "layer", l.ID, "features", base.Len(), "took", time.Since(began).Round(time.Millisecond))
	return m
}

// restore numbers the values as they were, and those that the catalogue has gained
// behind them.
func (c *codes) restore(n notes) {
	declared := c.values
	c.numbers, c.values, c.full = map[string]uint8{}, []string{""}, n.Full
	for _, list := range [][]string{n.Values, declared} {
		for _, value := range list {
			c.number(value)
		}
	}
}

// keep puts the layer on the shelf as it is now, unless it lies there already or
// the store is ahead: then it will be kept when the layer has followed.
func (s *Server) keep(ctx context.Context, l *layer) {
	now := l.now.Load()
	if s.options.Shelf == nil || now.view == nil {
		return
	}
	err := func() error {
		states, err := s.source.States(ctx)
		if err != nil {
			return err
		}
		state := states[l.ID]
		key := s.keyOf(l.Layer, state, now.codes)
		if before := l.shelved.Load(); state.Version != now.version || before != nil && *before == key {
			return nil
		}
		base, err := now.view.Merged(cube.Options{Days: cube.DaysIn(s.options.Zone), Rows: true})
		if err != nil {
			return err
		}
		text, err := json.Marshal(notes{now.codes.values, now.codes.full, now.uncounted})
		if err != nil {
			return err
		}
		if err := s.options.Shelf.Save(l.ID, key, base, text); err != nil {
			return err
		}
		l.shelved.Store(&key)
		return nil
	}()
	if err != nil {
		s.options.Log.Warn("the counts of a layer were not kept for the next start", "layer", l.ID, "error", err)
	}
}
