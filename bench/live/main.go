// Command live puts live patrols under load: the program as it is served, with its
// own buffer and its own database, and whoever sends and reads, all on the same
// cores. It judges the figures that docs/benchmarks.md names. It works in a folder
// that scripts/bench-live.sh makes and removes. The exit code is 1 when a figure
// falls short, 2 when one could not be measured.
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
	sitmap   string        // the program
	work     string        // folder for everything that is made
	report   string        // Markdown file with the markers; empty for none
	quick    bool          // shorter, for trying out, not for citing
	only     []string      // figures to measure; empty for all
	sustain  time.Duration // of sustained load
	profiles string        // folder for profiles of the server; empty for none
}

// bench is what the figures share.
type bench struct {
	options
	ctx    context.Context
	began  time.Time
	load   string // before we began
	report measure.Report
	world  *world
}

// figures stand in the order in which they run: what the database has to catch up
// with comes last.
var figures = []struct {
	name    string
	about   string
	measure func(*bench) error
}{
	{"nominal", "a fix in ten seconds of each unit, by all doors", (*bench).nominal},
	{"protocols", "what a fix costs by each protocol", (*bench).protocols},
	{"readers", "2,000 readers of the live stream, a third of them slow or dead", (*bench).readers},
	{"sustained", "a fix a second of each unit, for long", (*bench).sustained},
	{"ceiling", "as many fixes a second as the batch door answers", (*bench).ceiling},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, readOptions())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-live:", err)
	}
	os.Exit(code)
}

func readOptions() (o options) {
	var only string
	var names []string
	for _, f := range figures {
		names = append(names, f.name)
	}
	flag.StringVar(&o.sitmap, "sitmap", "bin/sitmap", "the program")
	flag.StringVar(&o.work, "work", "", "folder for everything that is made; the database's user must be able to enter it")
	flag.StringVar(&o.report, "report", "", "Markdown file whose part between the markers is rewritten")
	flag.BoolVar(&o.quick, "quick", false, "shorter, for trying out")
	flag.StringVar(&only, "only", "", "figures to measure, joined by commas: "+strings.Join(names, ","))
	flag.DurationVar(&o.sustain, "sustain", 10*time.Minute, "how long load is sustained")
	flag.StringVar(&o.profiles, "profiles", "", "folder for profiles of the server during each figure")
	flag.Parse()
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			fmt.Fprintf(os.Stderr, "bench-live: -only %s is not one of %s\n", name, strings.Join(names, ","))
			os.Exit(2)
		}
	}
	if o.work == "" {
		fmt.Fprintln(os.Stderr, "bench-live: -work is missing; scripts/bench-live.sh gives one")
		os.Exit(2)
	}
	if o.quick {
		o.sustain = min(o.sustain, 30*time.Second)
	}
	return o
}

// run measures, prints and writes the report, and says how to exit.
func run(ctx context.Context, o options) (code int, err error) {
	b := &bench{options: o, ctx: ctx, began: time.Now(), load: measure.Load()}
	// Half a core of garbage would be taken from whom we measure.
	debug.SetGCPercent(400)
	if b.world, err = b.makeWorld(); err != nil {
		return 2, err
	}
	defer b.world.close()
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
		if err := measure.Write(o.report, "make bench-live", text); err != nil {
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

// long is a time, or a shorter one for trying out.
func (b *bench) long(full, quick time.Duration) time.Duration {
	if b.quick {
		return quick
	}
	return full
}

// conditions are what the figures must be read with.
func (b *bench) conditions() string {
	kind, command := "Full run", "make bench-live"
	if b.quick {
		kind, command = "Quick run, **not for citing**", command+" QUICK=1"
	}
	if len(b.only) > 0 {
		kind += " of " + strings.Join(b.only, ", ")
		command += " ONLY=" + strings.Join(b.only, ",")
	}
	return fmt.Sprintf("%s, %s, took %s; command `%s`. %d units. %s. Load average before %s, after %s. %s; sitmap %s; %s.",
		kind, b.began.UTC().Format("2006-01-02 15:04 UTC"), time.Since(b.began).Round(time.Second), command, len(b.world.units),
		measure.Machine(), b.load, measure.Load(), b.world.database, b.world.version, runtime.Version())
}
