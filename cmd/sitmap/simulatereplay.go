package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"sitmap/api/sender"
	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// replayFile lets a file of past positions happen again, now, as units of a city
// of its own.
type replayFile struct {
	Replay   string  `help:"Instead of rounds: a file of past positions (CSV, GPX), which happens again as units of a city of its own." type:"existingfile" placeholder:"FILE"`
	Speed    float64 `help:"With --replay: how many times as fast as it was, 1 to 600. The units seem to move as much faster, and what nothing could drive is refused." default:"1"`
	City     string  `help:"With --replay: code of the city, which is made where it is not on the map." default:"9901"`
	CityName string  `help:"With --replay: name of that city." default:"回放市"`
}

const (
	// replaySource is the account under which a file is sent again.
	replaySource = "simulator-replay"
	// firstReplayed is the telephone number of the first terminal of a file.
	firstReplayed = firstNumber + 1_000_000
)

// again is a past fix and how long after the first it is due.
type again struct {
	after time.Duration
	fix   live.Fix
}

// replay sends the file's fixes as their time comes, dated with the moment they
// are sent: devices have one clock.
func (c simulateUnits) replay(e *environment) error {
	if !(c.Speed >= 1 && c.Speed <= 600) {
		return fmt.Errorf("--speed wants 1 to 600: %w", layers.ErrInvalid)
	}
	file, err := format.OpenFile(c.Replay)
	if err != nil {
		return err
	}
	defer file.Close()
	fixes, err := intake.ReadFixes(e.ctx, intake.FixesRequest{File: file, Zone: time.UTC})
	if err != nil {
		return err
	}
	schedule, fleet := c.schedule(fixes)
	if len(schedule) == 0 {
		return fmt.Errorf("%s holds no positions: %w", file.Name, layers.ErrInvalid)
	}
	lasts := time.Duration(float64(schedule[len(schedule)-1].after) / c.Speed)
	var door deviceDoor
	var asking *sender.Sender
	err = e.withStore(func(s *postgis.Store) error {
		if err := c.settle(e, s, &fleet, file.Name, lasts); err != nil {
			return err
		}
		numbers, devices := map[string]uint64{}, map[string]string{}
		for k, id := range fleet.ids() {
			numbers[id] = firstReplayed + uint64(k)
			devices[fmt.Sprint(numbers[id])] = id
		}
		token, err := simulatorToken(e.ctx, s, live.Source{ID: replaySource, CRS: fixes.CRS, Devices: devices})
		if err != nil {
			return err
		}
		door, asking = c.door(replaySource, token, numbers), sender.New(strings.TrimSuffix(c.URL, "/"), token)
		return nil
	})
	if err != nil {
		return err
	}
	defer door.Close()
	defer asking.Close()
	if err := untilKnown(e.ctx, asking); err != nil {
		return err
	}
	if err := c.untilOnDuty(e, asking, schedule[0].fix.Unit); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "回放 · replaying %d fixes of %d units, %gx, %s\n", len(schedule), len(fleet.home), c.Speed, lasts.Round(time.Second))
	return c.driveAgain(e, door, schedule)
}

// schedule is the fixes in the order of time, and their units, called by the city.
func (c simulateUnits) schedule(fixes *intake.Fixes) (schedule []again, of fleet) {
	for k := range fixes.All {
		fixes.All[k].Unit = c.City + "-" + fixes.All[k].Unit
	}
	of = fleetOf(fixes, func(string) bool { return false }, func(p orb.Point) (orb.Point, bool) { return geo.ToWGS84(p, fixes.CRS) })
	limited := of.ids()
	if c.Limit > 0 {
		limited = limited[:min(c.Limit, len(limited))]
	}
	slices.SortStableFunc(fixes.All, func(a, b intake.RowFix) int { return a.At.Compare(b.At) })
	for _, one := range fixes.All {
		if _, in := slices.BinarySearch(limited, one.Unit); in {
			schedule = append(schedule, again{one.At.Sub(fixes.All[0].At), one.Fix})
		}
	}
	for id := range of.home {
		if _, in := slices.BinarySearch(limited, id); !in {
			delete(of.home, id)
			delete(of.first, id)
			delete(of.last, id)
		}
	}
	return schedule, of
}

// settle makes the city and its units where they are missing, and puts them on
// duty for as long as the file lasts.
func (c simulateUnits) settle(e *environment, s *postgis.Store, of *fleet, file string, lasts time.Duration) error {
	found := func() (bool, error) {
		cities, err := s.Cities(e.ctx, access.System)
		for _, one := range cities {
			if one.Code == c.City {
				of.city = one
				return true, nil
			}
		}
		return false, err
	}
	there, err := found()
	if err == nil && !there {
		if err = foundCity(e.ctx, s, c.City, c.CityName, "UTC", of.bounds()); err == nil {
			_, err = found()
		}
	}
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	for id := range of.first {
		of.first[id], of.last[id] = now, now.Add(lasts+time.Hour)
	}
	return of.declare(e.ctx, s, file, true)
}

// untilOnDuty waits until the server has heard that the units are on duty. What
// it sends lies on the other side of the world, so that only a count stays of it.
func (c simulateUnits) untilOnDuty(e *environment, s *sender.Sender, unit string) error {
	for {
		verdicts, _, err := s.Send(e.ctx, []live.Fix{{Unit: unit, Point: orb.Point{180, 0}, At: time.Now().UTC()}})
		if err != nil || verdicts[live.UnknownUnit.String()]+verdicts[live.OffShift.String()] == 0 {
			return err
		}
		select {
		case <-e.ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// driveAgain sends what is due, four times a second. A batch is answered before
// the next of it leaves, so that a unit's fixes arrive in their order.
func (c simulateUnits) driveAgain(e *environment, door deviceDoor, schedule []again) error {
	sums := &sentSums{verdicts: map[string]int{}}
	work, sending := errgroup.WithContext(e.ctx)
	tick, report := time.NewTicker(250*time.Millisecond), time.NewTicker(c.Report)
	defer tick.Stop()
	defer report.Stop()
	work.Go(func() error {
		began, next := time.Now(), 0
		for next < len(schedule) && (c.For == 0 || time.Since(began) < c.For) {
			select {
			case <-sending.Done():
				return nil
			case <-report.C:
				fmt.Fprintln(e.out, sums.line())
				continue
			case <-tick.C:
			}
			elapsed := time.Duration(float64(time.Since(began)) * c.Speed)
			var due []live.Fix
			for ; next < len(schedule) && schedule[next].after <= elapsed; next++ {
				f := schedule[next].fix
				f.Seq = uint64(next) + 1
				f.At = began.Add(time.Duration(float64(schedule[next].after) / c.Speed)).UTC()
				due = append(due, f)
			}
			for batch := range slices.Chunk(due, c.Batch) {
				if err := sums.send(sending, door, batch); err != nil {
					return err
				}
			}
		}
		return nil
	})
	err := work.Wait()
	fmt.Fprintln(e.out, sums.line())
	if e.ctx.Err() != nil {
		return nil
	}
	return err
}
