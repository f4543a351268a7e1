package main

import (
	"encoding/json"
	"fmt"
	"os"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// rosterWord is what stands for a layer when a roster is imported.
const rosterWord = "roster"

// roster imports a file of shifts, all of it or nothing.
func (c importCommand) roster(e *environment) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	return e.withStore(func(s *postgis.Store) error {
		zone, err := zoneOf(e.ctx, s)
		if err != nil {
			return err
		}
		known := map[string]bool{}
		err = s.Features(e.ctx, catalog.Unit, layers.Query{}, access.System, func(f layers.Feature) error {
			known[f.ID] = true
			return nil
		})
		if err != nil {
			return fmt.Errorf("units: %w", err)
		}
		read, err := live.ReadRoster(file, func(unit string) bool { return known[unit] }, live.Means(catalog.Unit), zone)
		if err != nil {
			return err
		}
		stored := len(read.Problems) == 0 && len(read.Rosters) > 0 && !c.DryRun
		if stored {
			if err := s.MergeRosters(e.ctx, read.Rosters); err != nil {
				return err
			}
		}
		if c.JSON {
			encoder := json.NewEncoder(e.out)
			encoder.SetIndent("", "  ")
			err = encoder.Encode(map[string]any{"rows": read.Rows, "units": len(read.Rosters), "stored": stored, "problems": append([]layers.Problem{}, read.Problems...)})
		} else {
			err = printRoster(e, read, stored)
		}
		if err == nil && len(read.Problems) > 0 {
			return fmt.Errorf("nothing is stored: %d faults in %s: %w", len(read.Problems), c.File, layers.ErrInvalid)
		}
		return err
	})
}

func printRoster(e *environment, read live.RosterFile, stored bool) error {
	for _, p := range read.Problems {
		if _, err := fmt.Fprintln(e.out, p); err != nil {
			return err
		}
	}
	what := "nothing is stored"
	if stored {
		what = "stored"
	}
	_, err := fmt.Fprintf(e.out, "roster: %d rows, %d units, %s\n", read.Rows, len(read.Rosters), what)
	return err
}
