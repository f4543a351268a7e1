package data_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/data"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// smallTown is a database with a city, a camera in it and an account.
func smallTown(t *testing.T) data.Options {
	t.Helper()
	url := pgtest.URL(t)
	store, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	square := orb.Polygon{{{102, 37}, {104, 37}, {104, 39}, {102, 39}, {102, 37}}}
	put(t, store, layers.Batch{Layer: "area"}, layers.Feature{ID: "6206", Geometry: square,
		Properties: map[string]any{"code": "6206", "name": "武威市", "level": "city", "time_zone": "Asia/Shanghai"}})
	put(t, store, layers.Batch{Layer: "camera", City: "6206"}, layers.Feature{ID: "62060200001321000001", Geometry: orb.Point{103, 38},
		Properties: map[string]any{"name": "东街路口", "state": "working", "place_kind": "junction"}})
	if _, err := store.AddAccount(t.Context(), "analyst", access.Analyst, "6206", ""); err != nil {
		t.Fatal(err)
	}
	return data.Options{URL: url, Catalog: catalog.All}
}

func put(t *testing.T, store *postgis.Store, b layers.Batch, f layers.Feature) {
	t.Helper()
	ctx := t.Context()
	batch, err := store.Begin(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := batch.Put(ctx, []layers.Staged{{Row: 1, Feature: f}}); err != nil {
		t.Fatal(err)
	}
	problems, err := batch.Check(ctx)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if _, err := batch.Apply(ctx); err != nil {
		t.Fatal(err)
	}
}

func empty(t *testing.T) data.Options {
	return data.Options{URL: pgtest.URL(t), Catalog: catalog.All}
}

// What was backed up comes back: the same rows, and readable.
func TestBackupAndRestore(t *testing.T) {
	from, dir := smallTown(t), filepath.Join(t.TempDir(), "backup")
	made, err := data.Backup(t.Context(), from, dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	if made.Rows["area"] != 1 || made.Rows["feature"] != 1 || made.Rows["account"] != 1 {
		t.Fatalf("the manifest counts %v", made.Rows)
	}
	to := empty(t)
	restored, err := data.Restore(t.Context(), to, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(restored.Rows, made.Rows) {
		t.Errorf("restored %v of %v", restored.Rows, made.Rows)
	}
	opened, err := data.Open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close(context.WithoutCancel(t.Context()))
	camera, err := catalog.All.Layer("camera")
	if err != nil {
		t.Fatal(err)
	}
	f, err := opened.Store.Feature(t.Context(), camera, "62060200001321000001", access.System)
	if err != nil || f.Properties["name"] != "东街路口" || f.Geometry != (orb.Point{103, 38}) {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := opened.Store.Account(t.Context(), "analyst"); err != nil {
		t.Error(err)
	}
	// Changes of the old database are not the new one's: versions go on, and
	// whoever knows an older one reads all again.
	if c, err := opened.Store.Changes(t.Context(), "camera", 0); err != nil || c.Version != 1 || !c.Whole {
		t.Errorf("changes since the beginning: %+v (%v)", c, err)
	}
	put(t, opened.Store, layers.Batch{Layer: "camera", City: "6206"}, layers.Feature{ID: "62060200001321000002", Geometry: orb.Point{103.5, 38},
		Properties: map[string]any{"name": "西街路口", "state": "working", "place_kind": "junction"}})
	if c, err := opened.Store.Changes(t.Context(), "camera", 1); err != nil || c.Version != 2 || c.Whole || !slices.Equal(c.FIDs, []int32{2}) {
		t.Errorf("changes since the backup: %+v (%v)", c, err)
	}
}

func TestRestoreOnlyIntoAnEmptyDatabase(t *testing.T) {
	town, dir := smallTown(t), filepath.Join(t.TempDir(), "backup")
	if _, err := data.Backup(t.Context(), town, dir, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := data.Restore(t.Context(), town, dir); !errors.Is(err, layers.ErrConflict) {
		t.Errorf("restored over data: %v", err)
	}
}

func TestBackupNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	if _, err := data.Backup(t.Context(), empty(t), dir, "test"); !errors.Is(err, layers.ErrConflict) {
		t.Errorf("%v", err)
	}
}

// A failed backup leaves nothing that could be taken for one.
func TestFailedBackupLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backup")
	if _, err := data.Backup(t.Context(), empty(t), dir, "test"); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("%v", err)
	}
	left, err := filepath.Glob(dir + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// One changed byte is noticed before the database is touched.
func TestDamagedBackupIsRefused(t *testing.T) {
	from, dir := smallTown(t), filepath.Join(t.TempDir(), "backup")
	if _, err := data.Backup(t.Context(), from, dir, "test"); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "sitmap.dump")
	dump, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dump[len(dump)/2] ^= 1
	if err := os.WriteFile(name, dump, 0o600); err != nil {
		t.Fatal(err)
	}
	to := empty(t)
	if _, err := data.Restore(t.Context(), to, dir); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if rows, err := postgis.CountTables(t.Context(), to.URL); err != nil || len(rows) != 0 {
		t.Errorf("the database was touched: %v, %v", rows, err)
	}
	if _, err := data.Restore(t.Context(), to, t.TempDir()); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("an empty folder: %v", err)
	}
}
