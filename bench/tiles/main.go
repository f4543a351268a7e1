// Command tiles measures the tile engine beside its rivals and judges it by the
// figures that docs/benchmarks.md names. It runs on a demo city of its own in a
// folder that scripts/bench-tiles.sh makes and removes, and speaks to 127.0.0.1
// only. The exit code is 1 when a figure falls short, 2 when one could not be
// measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"sitmap/bench/measure"
)

// options are the flags.
type options struct {
	sitmap string        // the program that is measured
	work   string        // folder for everything that is made
	report string        // Markdown file with the markers; empty for none
	quick  bool          // fewer repeats and less data: for trying out, not for citing
	soak   time.Duration // of the edits under load
	only   []string      // figures to measure; empty for all
}

// figure is one question the program answers.
type figure struct {
	name    string
	about   string
	measure func(*bench) error
}

// figures stand in the order in which they run: what changes the city comes last.
var figures = []figure{
	{"encoder", "our encoder beside ST_AsMVT", (*bench).encoder},
	{"pyramid", "every tile of the grids, one core", (*bench).pyramid},
	{"cached", "ready tiles over HTTP beside nginx", (*bench).cached},
	{"features", "pages of features beside SQL and ogr2ogr", (*bench).features},
	{"memory", "the city in memory", (*bench).memory},
	{"freshness", "edits under load", (*bench).freshness},
	{"product", "cold tiles as the map styles them, with a million events", (*bench).product},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == "edit" {
		if err := edit(ctx, os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "editor:", err)
			os.Exit(1)
		}
		return
	}
	o := readOptions()
	code, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-tiles:", err)
	}
	os.Exit(code)
}

func readOptions() (o options) {
	var only string
	flag.StringVar(&o.sitmap, "sitmap", "bin/sitmap", "the program to measure")
	flag.StringVar(&o.work, "work", "", "folder for everything that is made; must be writable")
	flag.StringVar(&o.report, "report", "", "Markdown file whose part between the markers is rewritten")
	flag.BoolVar(&o.quick, "quick", false, "fewer repeats and less data")
	flag.DurationVar(&o.soak, "soak", 0, "how long to edit under load (0: 30s, or 20s when quick)")
	flag.StringVar(&only, "only", "", "figures to measure, joined by commas: "+names())
	flag.Parse()
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.ContainsFunc(figures, func(f figure) bool { return f.name == name }) {
			fmt.Fprintf(os.Stderr, "bench-tiles: -only %s is not one of %s\n", name, names())
			os.Exit(2)
		}
	}
	if o.work == "" {
		fmt.Fprintln(os.Stderr, "bench-tiles: -work is missing; scripts/bench-tiles.sh gives one")
		os.Exit(2)
	}
	if o.soak == 0 {
		o.soak = 30 * time.Second
		if o.quick {
			o.soak = 20 * time.Second
		}
	}
	return o
}

func names() string {
	var all []string
	for _, f := range figures {
		all = append(all, f.name)
	}
	return strings.Join(all, ",")
}

// run measures, prints and writes the report, and says how to exit.
func run(ctx context.Context, o options) (code int, err error) {
	b, err := open(ctx, o)
	if err != nil {
		return 2, err
	}
	defer b.close()
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
	b.report.Conditions = b.conditions.text(o)
	text := b.report.Markdown()
	fmt.Printf("\n%s\n", text)
	if o.report != "" {
		if err := measure.Write(o.report, "make bench-tiles", text); err != nil {
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
