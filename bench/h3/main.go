// Command h3 measures the counting of points by H3 cells, the encoder and the
// hotspot statistics beside their rivals, and judges them by the figures that
// docs/benchmarks.md names. It runs on synthetic points, in a folder that
// scripts/bench-h3.sh makes and removes. The exit code is 1 when a figure falls
// short, 2 when one could not be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"sitmap/bench/measure"
)

// options are the flags.
type options struct {
	work   string   // folder for everything that is made
	report string   // Markdown file with the markers; empty for none
	quick  bool     // a tenth of the points and fewer rounds, for trying out, not for citing
	only   []string // figures to measure; empty for all
}

// bench is what the figures share.
type bench struct {
	options
	ctx    context.Context
	began  time.Time
	load   string // before we began
	city   *city
	report measure.Report
	notes  []string // versions and settings of the rivals
}

// figures stand in the order in which they run.
var figures = []struct {
	name    string
	about   string
	measure func(*bench) error
}{
	{"encoder", "cells of points, ours beside h3-go", (*bench).encoder},
	{"geometry", "cells in a county, outlines and parents beside h3-go", (*bench).geometry},
	{"hotspots", "Gi*, false discovery rate and permutations over all cells of resolution 8", (*bench).hotspots},
	{"counts", "counts by cells beside PostgreSQL, DuckDB and a Go map", (*bench).counts},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, readOptions())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-h3:", err)
	}
	os.Exit(code)
}

func readOptions() (o options) {
	var only string
	var names []string
	for _, f := range figures {
		names = append(names, f.name)
	}
	flag.StringVar(&o.work, "work", "", "folder for everything that is made; must be writable")
	flag.StringVar(&o.report, "report", "", "Markdown file whose part between the markers is rewritten")
	flag.BoolVar(&o.quick, "quick", false, "a tenth of the points and fewer rounds")
	flag.StringVar(&only, "only", "", "figures to measure, joined by commas: "+strings.Join(names, ","))
	flag.Parse()
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			fmt.Fprintf(os.Stderr, "bench-h3: -only %s is not one of %s\n", name, strings.Join(names, ","))
			os.Exit(2)
		}
	}
	if o.work == "" {
		fmt.Fprintln(os.Stderr, "bench-h3: -work is missing; scripts/bench-h3.sh gives one")
		os.Exit(2)
	}
	return o
}

// run measures, prints and writes the report, and says how to exit.
func run(ctx context.Context, o options) (code int, err error) {
	b := &bench{options: o, ctx: ctx, began: time.Now(), load: measure.Load()}
	points := whole
	if o.quick {
		points /= 10
	}
	b.say("%d points", points)
	b.city = newCity(points)
	var broken []error
	for _, f := range figures {
		if len(o.only) > 0 && !slices.Contains(o.only, f.name) {
			continue
		}
		b.say("%s: %s", f.name, f.about)
		judged := len(b.report.Lines)
		if err := f.measure(b); err != nil {
			if ctx.Err() != nil {
				return 2, ctx.Err()
			}
			broken = append(broken, fmt.Errorf("%s: %w", f.name, err))
			b.report.Judge(f.about, "–", "not measured: "+err.Error(), "", measure.Unknown)
		}
		for _, l := range b.report.Lines[judged:] {
			b.say("  %s: %s, wanted %s: %s", l.Figure, l.Got, l.Wanted, l.Verdict)
		}
	}
	b.report.Conditions = b.conditions()
	text := b.report.Markdown()
	fmt.Printf("\n%s\n", text)
	if o.report != "" {
		if err := measure.Write(o.report, "make bench-h3", text); err != nil {
			return 2, err
		}
		b.say("written to %s", o.report)
	}
	short := b.report.Short()
	for _, s := range short {
		fmt.Printf("falls short: %s\n", s)
	}
	switch {
	case len(broken) > 0:
		return 2, errors.Join(broken...)
	case len(short) > 0:
		return 1, nil
	}
	return 0, nil
}

// say tells what goes on, with the time since the start.
func (b *bench) say(format string, args ...any) {
	fmt.Printf("%5.0f s  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// repeats is how often something is measured.
func (b *bench) repeats(full, quick int) int {
	if b.quick {
		return quick
	}
	return full
}

// conditions are what the figures must be read with.
func (b *bench) conditions() string {
	kind, command := "Full run", "make bench-h3"
	if b.quick {
		kind, command = "Quick run, **not for citing**", command+" QUICK=1"
	}
	if len(b.only) > 0 {
		kind += " of " + strings.Join(b.only, ", ")
		command += " ONLY=" + strings.Join(b.only, ",")
	}
	versions := []string{runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if slices.Contains([]string{"github.com/uber/h3-go/v4", "github.com/duckdb/duckdb-go/v2", "github.com/jackc/pgx/v5"}, m.Path) {
				_, name, _ := strings.Cut(strings.TrimPrefix(m.Path, "github.com/"), "/")
				versions = append(versions, name[:strings.LastIndexByte(name, '/')]+" "+m.Version)
			}
		}
	}
	return fmt.Sprintf("%s, %s, took %s; command `%s`. %d points. %s. Load average before %s, after %s. %s.",
		kind, b.began.UTC().Format("2006-01-02 15:04 UTC"), time.Since(b.began).Round(time.Second), command, len(b.city.cells),
		measure.Machine(), b.load, measure.Load(), strings.Join(append(b.notes, versions...), "; "))
}
