package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"sitmap/tiles/mvt"
)

// soak is what was seen while edits went on under load.
type soak struct {
	servers   []*child
	latencies [][]float64 // by server, in seconds from the commit's return
	byLayer   map[string][]float64
	imports   []float64 // seconds each took
	late      []string  // changes that were not seen in time
	kept      int       // untouched tiles that were asked for again
	lost      int       // those of them whose entity tag changed
	lostNames []string
	resident  [][]float64 // by server, MB, as time goes by
	traffic   []outcome
	wanted    float64 // requests a second of both together
}

const (
	// visibleWithin is how long a change may stay unseen before it counts as lost.
	visibleWithin = 5 * time.Second
	editEvery     = 200 * time.Millisecond
	// apart is how far a tile must be from a change, in degrees, to be
	// untouched whatever generalising moves: about 3 km.
	apart = 0.03
)

// freshness lets two servers share a database under half their load, while an
// editor commits, and measures when each shows it.
func (b *bench) freshness() error {
	s := &soak{byLayer: map[string][]float64{}}
	for _, name := range []string{"sitmap-a", "sitmap-b"} {
		c, err := b.serve(name, b.opened.URL)
		if err != nil {
			return err
		}
		defer c.stop()
		s.servers = append(s.servers, c)
	}
	if b.bodies == 0 {
		o, err := b.drive(traffic{name: "full", address: s.servers[0].address, paths: b.shuffled(path), headers: b.headers(), connections: 32, lasts: 3 * time.Second})
		if err != nil {
			return err
		}
		b.bodies = o.rate
	}
	s.wanted = b.bodies / 2
	s.latencies, s.resident = make([][]float64, len(s.servers)), make([][]float64, len(s.servers))
	b.say("edits under load for %s, %.0f requests a second", b.soak, s.wanted)
	if err := b.underLoad(s); err != nil {
		return err
	}
	b.reportFreshness(s)
	return nil
}

func (b *bench) headers() map[string]string {
	return map[string]string{"Authorization": "Bearer " + b.token, "Accept-Encoding": "gzip"}
}

// underLoad runs traffic, editor, prober and the watch over memory together.
func (b *bench) underLoad(s *soak) error {
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	var waits []func() (outcome, error)
	const connections = 16
	for _, c := range s.servers {
		go c.keepShort(ctx)
		// A request takes a little itself; wrk pauses in between.
		pause := 1000*connections/(s.wanted/float64(len(s.servers))) - 0.3
		wait, err := b.wrk(ctx, traffic{name: c.name, address: c.address, paths: b.shuffled(path), headers: b.headers(), connections: connections, lasts: b.soak, delay: max(pause, 0.01)})
		if err != nil {
			return err
		}
		waits = append(waits, wait)
	}
	var watching sync.WaitGroup
	watching.Go(func() { s.watchMemory(ctx) })
	err := b.probe(ctx, s)
	for _, wait := range waits {
		o, fault := wait()
		err = errors.Join(err, fault)
		s.traffic = append(s.traffic, o)
	}
	cancel()
	watching.Wait()
	return err
}

func (s *soak) watchMemory(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for i, c := range s.servers {
				if mb, err := residentMB(c); err == nil {
					s.resident[i] = append(s.resident[i], mb)
				}
			}
		}
	}
}

// probe asks the editor for one change after another, and both servers for the
// tile in which it must show.
func (b *bench) probe(ctx context.Context, s *soak) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "edit", "-database-url", b.opened.URL)
	cmd.Stderr = os.Stderr
	ask, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("editor: %w", err)
	}
	defer func() {
		ask.Close()
		_ = cmd.Wait()
	}()
	notes := json.NewDecoder(out)
	var ready note
	if err := notes.Decode(&ready); err != nil {
		return fmt.Errorf("editor: %w", err)
	}
	samples, err := b.newSamples(s)
	if err != nil {
		return err
	}
	for end := time.Now().Add(b.soak - 2*time.Second); time.Now().Before(end) && ctx.Err() == nil; {
		next := time.Now().Add(editEvery)
		if _, err := io.WriteString(ask, "go\n"); err != nil {
			return fmt.Errorf("editor: %w", err)
		}
		var before, after note
		if err := notes.Decode(&before); err != nil {
			return fmt.Errorf("editor: %w", err)
		}
		seen := make([]time.Time, len(s.servers))
		last, faults := make([]string, len(s.servers)), make([]error, len(s.servers))
		var looking sync.WaitGroup
		for i, c := range s.servers {
			looking.Go(func() { seen[i], last[i], faults[i] = b.look(c, before) })
		}
		err := notes.Decode(&after)
		looking.Wait()
		if err := errors.Join(append(faults, err)...); err != nil {
			return err
		}
		s.imports = append(s.imports, after.Took)
		for i, at := range seen {
			if at.IsZero() {
				s.late = append(s.late, fmt.Sprintf("%s: feature %d of %s, tile %s, wanted the name %q, got %q", s.servers[i].name, before.FID, before.Layer, tileName(before.Tile), before.Name, last[i]))
				continue
			}
			// It may show before the editor's own commit has returned.
			took := max(0, at.Sub(time.Unix(0, after.Done)).Seconds())
			s.latencies[i] = append(s.latencies[i], took)
			s.byLayer[before.Layer] = append(s.byLayer[before.Layer], took)
		}
		if err := samples.check(b, s, before); err != nil {
			return err
		}
		time.Sleep(time.Until(next))
	}
	return nil
}

// look asks a server until it shows the change, and tells when the answer was
// there; zero, and what it showed last, when it did not in time.
func (b *bench) look(c *child, n note) (at time.Time, last string, err error) {
	address := "/tiles/" + n.Layer + "/" + tileName(n.Tile) + ".mvt"
	tag := ""
	for end := time.Now().Add(visibleWithin); time.Now().Before(end); {
		header := http.Header{}
		if tag != "" {
			header.Set("If-None-Match", tag)
		}
		answer, err := b.get(plain, c, address, header)
		if err != nil {
			return at, last, err
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		arrived := time.Now()
		if err != nil {
			return at, last, err
		}
		if answer.StatusCode == http.StatusOK {
			tag = answer.Header.Get("ETag")
			if last, err = nameIn(body, n.FID); err != nil {
				return at, last, fmt.Errorf("%s: %s: %w", c.name, address, err)
			}
			if last == n.Name {
				return arrived, last, nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return at, last, nil
}

// plain takes bodies as they are, and keeps connections.
var plain = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}, Timeout: 10 * time.Second}

// nameIn is the name that the tile gives a feature; empty where it has none or
// is not there.
func nameIn(body []byte, fid int32) (string, error) {
	all, err := mvt.Decode(body)
	if err != nil {
		return "", err
	}
	for _, l := range all {
		for _, f := range l.Features {
			if f.ID != uint64(fid) {
				continue
			}
			for _, p := range f.Properties {
				if name, ok := p.Value.(string); ok && p.Key == "name" {
					return name, nil
				}
			}
		}
	}
	return "", nil
}
