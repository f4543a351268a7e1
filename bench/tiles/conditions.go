package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/bench/measure"
)

// conditions are what a figure must be read with.
type conditions struct {
	began      time.Time
	loadBefore string
	versions   []string
}

// findConditions asks the machine and the database.
func findConditions(ctx context.Context, db *pgx.Conn, sitmap string) (conditions, error) {
	c := conditions{began: time.Now(), loadBefore: measure.Load()}
	var version, postgis, geos, buffers, parallel, fsync, jit string
	err := db.QueryRow(ctx, `select current_setting('server_version'), postgis_lib_version(), postgis_geos_version(),
		current_setting('shared_buffers'), current_setting('max_parallel_workers_per_gather'), current_setting('fsync'), current_setting('jit')`).
		Scan(&version, &postgis, &geos, &buffers, &parallel, &fsync, &jit)
	if err != nil {
		return c, fmt.Errorf("settings of the database: %w", err)
	}
	version, _, _ = strings.Cut(version, " ")
	c.versions = append(c.versions,
		fmt.Sprintf("PostgreSQL %s, PostGIS %s, GEOS %s (the program's own cluster with its own settings: shared_buffers %s, %s parallel workers a query, fsync %s, jit %s)", version, postgis, geos, buffers, parallel, fsync, jit),
		firstLine(sitmap, "version"), runtime.Version())
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/jackc/pgx/v5" {
				c.versions = append(c.versions, "pgx "+m.Version)
			}
		}
	}
	c.versions = append(c.versions, firstLine("nginx", "-v"), firstLine("wrk", "--version"), firstLine("ogr2ogr", "--version"))
	return c, nil
}

// text is one paragraph.
func (c conditions) text(o options) string {
	var versions []string
	for _, v := range c.versions {
		if v != "" {
			versions = append(versions, v)
		}
	}
	kind := "Full run"
	if o.quick {
		kind = "Quick run, **not for citing**"
	}
	if len(o.only) > 0 {
		kind += " of " + strings.Join(o.only, ", ")
	}
	return fmt.Sprintf("%s, %s, took %s; command `%s`. %s. Load average before %s, after %s. %s.",
		kind, c.began.UTC().Format("2006-01-02 15:04 UTC"), time.Since(c.began).Round(time.Second), command(o),
		measure.Machine(), c.loadBefore, measure.Load(), strings.Join(versions, "; "))
}

// command is what a reader types to do the same.
func command(o options) string {
	s := "make bench-tiles"
	if o.quick {
		s += " QUICK=1"
	}
	if len(o.only) > 0 {
		s += " ONLY=" + strings.Join(o.only, ",")
	}
	return s + " SOAK=" + o.soak.String()
}

// firstLine is the first line that a program prints, or nothing where it is
// missing. wrk exits with 1 when asked for its version.
func firstLine(program string, args ...string) string {
	out, _ := exec.Command(program, args...).CombinedOutput()
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	first, _, _ = strings.Cut(first, " [")
	return strings.TrimPrefix(first, "nginx version: ")
}
