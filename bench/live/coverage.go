package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sitmap/layers/live"
)

// askCoverage is how often the coverage of all grids is asked for.
const askCoverage = time.Second

// coverageLag finds how old the oldest fix is that an answer does not show yet.
type coverageLag struct {
	world *world
	mu    sync.Mutex
	fixes map[int64][]time.Time // by grid, in the order of sending
}

// shown is what following found.
type shown struct {
	lags, took []float64 // seconds, by answer
	grids      int
}

func newCoverageLag(w *world) *coverageLag {
	return &coverageLag{world: w, fixes: map[int64][]time.Time{}}
}

// sent notes a fix, unless its clock is wrong: such a one belongs to no grid.
func (c *coverageLag) sent(f live.Fix) {
	if age := time.Since(f.At); age > time.Minute || age < -time.Minute {
		return
	}
	grid := c.world.grids.Of(f.Point)
	if grid == 0 {
		return
	}
	c.mu.Lock()
	c.fixes[grid] = append(c.fixes[grid], f.At)
	c.mu.Unlock()
}

// follow asks for a while.
func (c *coverageLag) follow(token string, length time.Duration) (s shown, err error) {
	tick := time.NewTicker(askCoverage)
	defer tick.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); {
		select {
		case <-c.world.bench.ctx.Done():
			return s, c.world.bench.ctx.Err()
		case <-tick.C:
		}
		began := time.Now()
		lag, grids, err := c.ask(token)
		if err != nil {
			return s, err
		}
		s.lags, s.took, s.grids = append(s.lags, lag), append(s.took, time.Since(began).Seconds()), grids
	}
	return s, nil
}

// ask asks once. Idleness is told in whole seconds, so that a fix counts as shown
// when the visit ended within the second after it or later.
func (c *coverageLag) ask(token string) (lag float64, grids int, err error) {
	request, err := http.NewRequestWithContext(c.world.bench.ctx, http.MethodGet, c.world.url+"/api/coverage?layer=unit&by=grid&within=PT2H", nil)
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, 0, fmt.Errorf("coverage is answered with %s", answer.Status)
	}
	var body struct {
		To   time.Time
		Rows []live.PatrolRow
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		return 0, 0, err
	}
	now := time.Now()
	last := map[int64]time.Time{}
	for _, row := range body.Rows {
		grid, err := strconv.ParseInt(row.Code, 10, 64)
		if err == nil && row.Never == 0 {
			last[grid] = body.To.Add(-time.Duration(row.Idle * float64(time.Second)))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for grid, fixes := range c.fixes {
		for len(fixes) > 0 && !fixes[0].After(last[grid].Add(time.Second)) {
			fixes = fixes[1:] // it is shown
		}
		if c.fixes[grid] = fixes; len(fixes) > 0 {
			lag = max(lag, now.Sub(fixes[0]).Seconds())
		}
	}
	return lag, len(body.Rows), nil
}
