package tally_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"sitmap/data/postgis"
	"sitmap/data/segment"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/tally"
)

// reading is a store that notes how many features were read from it.
type reading struct {
	*postgis.Store
	features atomic.Int64
}

func (r *reading) Features(ctx context.Context, l layers.Layer, q layers.Query, s access.Scope, yield func(layers.Feature) error) error {
	return r.Store.Features(ctx, l, q, s, func(f layers.Feature) error {
		r.features.Add(1)
		return yield(f)
	})
}

// run lets a server with that shelf work on the town, which must count as GROUP BY
// does, and gives how many features it read. It ends as a program does.
func run(t *testing.T, store *postgis.Store, conn *pgx.Conn, shelf tally.Shelf, work func(reach func())) int64 {
	t.Helper()
	source := &reading{Store: store}
	server := tally.NewServer(source, catalog.All, tally.Options{Zone: shanghai, Shelf: shelf, MergeAfter: 7})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	reach := func() {
		t.Helper()
		if err := server.Reach(ctx, "dispute", must(store.States(ctx))["dispute"].Version); err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(3, 4))
		for range 20 {
			q, scope, resolution := asked(random)
			if got, want := counted(t, server.Now("dispute"), q, scope, resolution), grouped(t, conn, q, scope, resolution); got != want {
				t.Fatalf("%+v %+v at %d\ncounted %s\ngrouped %s", q, scope, resolution, got, want)
			}
		}
	}
	reach()
	if work != nil {
		work(reach)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return source.features.Load()
}

// A server that starts again takes its counts from the file it left, follows from
// there, and reads the store when the file is of another state or broken.
func TestCountsOutliveTheServer(t *testing.T) {
	store, conn := town(t)
	folder := filepath.Join(t.TempDir(), "segments")
	shelf := must(segment.OpenShelf(folder))
	if n := run(t, store, conn, shelf, nil); n < cases {
		t.Errorf("the first server read %d features of %d", n, cases)
	}
	random := rand.New(rand.NewPCG(5, 6))
	n := run(t, store, conn, shelf, func(reach func()) {
		for range 20 {
			edit(t, conn, random)
			reach()
		}
	})
	if n > 40 {
		t.Errorf("the second server read %d features for 20 edits", n)
	}
	if n := run(t, store, conn, shelf, nil); n != 0 {
		t.Errorf("the third server read %d features that were in its file", n)
	}
	// The layer changes while no server runs.
	edit(t, conn, random)
	if n := run(t, store, conn, shelf, nil); n < cases/2 {
		t.Errorf("a file of an older state was used: %d features read", n)
	}
	path := filepath.Join(folder, "dispute.segment")
	file := must(os.ReadFile(path))
	file[len(file)/2] ^= 1
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := run(t, store, conn, shelf, nil); n < cases/2 {
		t.Errorf("a broken file was used: %d features read", n)
	}
	if n := run(t, store, conn, shelf, nil); n != 0 {
		t.Errorf("the broken file was not replaced: %d features read", n)
	}
	if info := must(os.Stat(path)); info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the file: %v", info.Mode())
	}
}
