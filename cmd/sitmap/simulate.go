package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sitmap/api/auth"
	"sitmap/api/sender"
	"sitmap/data/demo/rounds"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

type simulateCommand struct {
	Units simulateUnits `cmd:"" help:"Moving units against a running server. 模拟巡防力量"`
}

// simulateUnits lets the units of the database go on their rounds, and sends
// where they are through the door of a running server.
type simulateUnits struct {
	replayFile
	URL    string        `help:"Address of the server." default:"http://127.0.0.1:8080"`
	Seed   int64         `help:"Same seed, same rounds." default:"1"`
	Every  time.Duration `help:"Time between two fixes of a unit." default:"10s"`
	Limit  int           `help:"Only so many units; 0 for all."`
	Calls  float64       `help:"Calls for help in an hour; negative for none." default:"2"`
	For    time.Duration `help:"How long; 0 until it is stopped."`
	Batch  int           `help:"Fixes in a request at most." default:"500"`
	Shift  bool          `help:"A tenth of the units report in GCJ-02, as many devices do." default:"true" negatable:""`
	Report time.Duration `help:"Time between two lines about what was sent." default:"10s"`
	MQTT   string        `help:"Send by MQTT to the server's --mqtt address, one fix a message." name:"mqtt" placeholder:"HOST:PORT" xor:"by"`
	JT808  string        `help:"Send by JT/T 808 to the server's --jt808 address." name:"jt808" placeholder:"HOST:PORT" xor:"by"`
}

// deviceDoor takes fixes until they are answered; see sender.Sender.
type deviceDoor interface {
	Send(ctx context.Context, fixes []live.Fix) (verdicts map[string]int, refused int, err error)
	Close()
}

// firstNumber is the telephone number of the first simulated terminal.
const firstNumber = 20_000_000_001

// door is how the source of that name sends.
func (c simulateUnits) door(name, token string, numbers map[string]uint64) deviceDoor {
	switch {
	case c.MQTT != "":
		return sender.NewPhones(c.MQTT, name, token)
	case c.JT808 != "":
		return sender.NewTerminals(c.JT808, token, numbers)
	}
	return sender.New(strings.TrimSuffix(c.URL, "/"), token)
}

// The accounts under which the simulator sends.
const (
	plainSource   = "simulator"
	shiftedSource = "simulator-gcj02"
)

func (c simulateUnits) Run(e *environment) error {
	if c.Every < 100*time.Millisecond || c.Batch < 1 || c.Batch > 5000 {
		return fmt.Errorf("--every wants 100ms or more, --batch 1 to 5000: %w", layers.ErrInvalid)
	}
	if c.Replay != "" {
		return c.replay(e)
	}
	var city *rounds.City
	senders := map[string]deviceDoor{}
	shifted := map[string]bool{}
	var asking []*sender.Sender // of the same sources, whatever door they use
	err := e.withStore(func(s *postgis.Store) error {
		units, roads, err := unitsAndRoads(e.ctx, s)
		if err != nil {
			return err
		}
		if c.Limit > 0 {
			units = units[:min(c.Limit, len(units))]
		}
		now := time.Now()
		register, err := s.Register(e.ctx, layers.Window{From: now.Add(-time.Hour), To: now.Add(7 * 24 * time.Hour)})
		if err != nil {
			return err
		}
		numbers, devices := map[string]uint64{}, map[string]string{}
		for k, u := range units {
			shifted[u.ID] = c.Shift && k%10 == 0
			numbers[u.ID] = firstNumber + uint64(k)
			devices[fmt.Sprint(numbers[u.ID])] = u.ID
		}
		city = rounds.New(rounds.Options{Seed: c.Seed, Every: c.Every, Calls: c.Calls}, units, roads, register)
		for name, crs := range map[string]geo.CRS{plainSource: geo.WGS84, shiftedSource: geo.GCJ02} {
			token, err := simulatorToken(e.ctx, s, live.Source{ID: name, CRS: crs, Devices: devices})
			if err != nil {
				return err
			}
			senders[name] = c.door(name, token, numbers)
			asking = append(asking, sender.New(strings.TrimSuffix(c.URL, "/"), token))
		}
		fmt.Fprintf(e.out, "模拟 · simulating %d units, a fix every %s, seed %d\n", len(units), c.Every, c.Seed)
		return nil
	})
	if err != nil {
		return err
	}
	defer func() {
		for _, one := range senders {
			one.Close()
		}
	}()
	for _, one := range asking {
		if err := untilKnown(e.ctx, one); err != nil {
			return err
		}
		one.Close()
	}
	return c.drive(e, city, senders, shifted)
}

func unitsAndRoads(ctx context.Context, s *postgis.Store) (units []live.Unit, roads []layers.Feature, err error) {
	for _, want := range []struct {
		layer layers.Layer
		take  func(layers.Feature)
	}{
		{catalog.Unit, func(f layers.Feature) { units = append(units, live.UnitOf(f)) }},
		{catalog.Road, func(f layers.Feature) { roads = append(roads, f) }},
	} {
		err := s.Features(ctx, want.layer, layers.Query{}, access.System, func(f layers.Feature) error {
			want.take(f)
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("layer %s: %w", want.layer.ID, err)
		}
	}
	if len(units) == 0 {
		return nil, nil, fmt.Errorf("there are no units to simulate; fill the database first, for instance with sitmap demo: %w", layers.ErrConflict)
	}
	return units, roads, nil
}

// simulatorToken declares the source and gives a token that lasts a day.
func simulatorToken(ctx context.Context, s *postgis.Store, source live.Source) (string, error) {
	account, err := programAccount(ctx, s, source.ID, access.Device, "")
	if err != nil {
		return "", err
	}
	source.Name, source.Protocol, source.Area = "模拟 · simulator", "json", layers.Everywhere
	if err := s.SetFixSource(ctx, source); err != nil {
		return "", err
	}
	token, hash := auth.NewToken()
	_, err = s.AddToken(ctx, account, source.ID, hash, time.Now().AddDate(0, 0, 1))
	return token, err
}

// drive sends as time goes by.
func (c simulateUnits) drive(e *environment, city *rounds.City, senders map[string]deviceDoor, shifted map[string]bool) error {
	ctx := e.ctx
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	sums := &sentSums{verdicts: map[string]int{}}
	work, sending := errgroup.WithContext(ctx)
	work.SetLimit(16)
	tick, report := time.NewTicker(250*time.Millisecond), time.NewTicker(c.Report)
	defer tick.Stop()
	defer report.Stop()
	last := time.Now()
	for sending.Err() == nil {
		select {
		case <-sending.Done():
		case <-report.C:
			fmt.Fprintln(e.out, sums.line())
		case now := <-tick.C:
			due := map[string][]live.Fix{}
			for _, f := range city.Between(last, now) {
				source := plainSource
				if shifted[f.Unit] {
					source, f.Point = shiftedSource, geo.ToGCJ02(f.Point)
				}
				due[source] = append(due[source], f)
			}
			last = now
			for source, fixes := range due {
				for batch := range slices.Chunk(fixes, c.Batch) {
					work.Go(func() error { return sums.send(sending, senders[source], batch) })
				}
			}
		}
	}
	err := work.Wait()
	fmt.Fprintln(e.out, sums.line())
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// untilKnown waits until the server has noticed the source that was just declared.
// It sends a fix of a unit that nobody has, which leaves nothing behind.
func untilKnown(ctx context.Context, s *sender.Sender) error {
	for {
		verdicts, _, err := s.Send(ctx, []live.Fix{{Unit: "-", At: time.Now().UTC()}})
		if err != nil || verdicts[live.UnknownSource.String()] == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// sentSums is what was sent and how it was answered.
type sentSums struct {
	mu       sync.Mutex
	sent     int
	refused  int
	slowest  time.Duration
	verdicts map[string]int
}

func (s *sentSums) send(ctx context.Context, to deviceDoor, fixes []live.Fix) error {
	began := time.Now()
	verdicts, refused, err := to.Send(ctx, fixes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused += refused
	if err != nil {
		return err
	}
	s.sent += len(fixes)
	s.slowest = max(s.slowest, time.Since(began))
	for v, n := range verdicts {
		s.verdicts[v] += n
	}
	return nil
}

// line says it, and forgets the slowest answer.
func (s *sentSums) line() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var parts []string
	for _, v := range slices.Sorted(maps.Keys(s.verdicts)) {
		parts = append(parts, fmt.Sprintf("%s %d", v, s.verdicts[v]))
	}
	slowest := s.slowest
	s.slowest = 0
	return fmt.Sprintf("  %d sent (%s), %d refused for a while, slowest answer %s", s.sent, strings.Join(parts, ", "), s.refused, slowest.Round(time.Millisecond))
}
