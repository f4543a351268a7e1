package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/bench/measure"
	"sitmap/data"
	"sitmap/layers/catalog"
)

// bench is a demo city and what is measured on it.
type bench struct {
	options
	ctx        context.Context
	began      time.Time
	opened     *data.Opened
	db         *pgx.Conn // a connection beside the store's, for rivals and set-up
	token      string
	report     measure.Report
	conditions conditions
	children   []*child
	list       []listed // the tiles; see tileList
	bodies     float64  // requests a second of ready tiles; 0 before it was measured
}

// open makes the demo city in a private cluster.
func open(ctx context.Context, o options) (_ *bench, err error) {
	b := &bench{options: o, ctx: ctx, began: time.Now()}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	b.say("a database cluster in %s", o.work)
	if b.opened, err = data.Open(ctx, data.Options{Var: filepath.Join(o.work, "var"), Catalog: catalog.All, Log: quiet}); err != nil {
		return nil, err
	}
	b.say("the demo city, seed 1")
	if _, err = b.sitmapOutput("demo", "--seed", "1"); err != nil {
		return nil, err
	}
	if b.token, err = b.sitmapOutput("token", "add", "bench", "--role", "analyst", "--area", "6206"); err != nil {
		return nil, err
	}
	if b.db, err = pgx.Connect(ctx, b.opened.URL); err != nil {
		return nil, err
	}
	if _, err = b.db.Exec(ctx, "vacuum analyze"); err != nil {
		return nil, err
	}
	if b.conditions, err = findConditions(ctx, b.db, o.sitmap); err != nil {
		return nil, err
	}
	if err = b.makeFlat(); err != nil {
		return nil, err
	}
	b.list, err = b.tileList()
	return b, err
}

// close ends all children and the cluster.
func (b *bench) close() {
	for _, c := range b.children {
		c.stop()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), time.Minute)
	defer cancel()
	if b.db != nil {
		b.db.Close(ctx)
	}
	if b.opened != nil {
		if err := b.opened.Close(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench-tiles: close the cluster:", err)
		}
	}
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

// sitmapOutput runs the program on the city and gives what it printed.
func (b *bench) sitmapOutput(args ...string) (string, error) {
	return output(b.ctx, b.sitmap, append(args, "--database-url", b.opened.URL)...)
}

// output runs a program and gives what it printed to standard output.
func output(ctx context.Context, program string, args ...string) (string, error) {
	var out, faults strings.Builder
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr, cmd.Stdin = &out, &faults, nil
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(faults.String())
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(program), args[0], err, text[max(0, len(text)-500):])
	}
	return strings.TrimSpace(out.String()), nil
}

// discard reads to the end and tells how much there was.
func discard(r io.Reader) (int64, error) { return io.Copy(io.Discard, r) }
