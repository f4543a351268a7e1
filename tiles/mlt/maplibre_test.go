package mlt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sitmap/tiles/mlt"
	"sitmap/tiles/mvt"
	"sitmap/tiles/mvt/mvttest"
)

// roundTrip encodes the tiles and fails the test where the decoder of MapLibre
// reads other layers, ids, properties or positions than were given.
func roundTrip(t *testing.T, tiles ...[]mvt.Layer) {
	t.Helper()
	modules := mvttest.Modules(t)
	dir := t.TempDir()
	// Packages are looked for beside the script, and this one's files import each
	// other without extensions, which a bundler takes and Node does not.
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/decode.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "decode.mjs"), script, 0o600); err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(dir, "bundle.mjs")
	run(t, dir, filepath.Join(modules, ".bin", "rolldown"), "decode.mjs", "--platform", "node", "-o", bundle)
	files := []string{bundle}
	for i, layers := range tiles {
		body, err := mlt.Encode(layers)
		if err != nil {
			t.Fatalf("tile %d: %v", i, err)
		}
		file := filepath.Join(dir, fmt.Sprintf("%d.mlt", i))
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	answers := json.NewDecoder(bytes.NewReader(run(t, dir, "node", files...)))
	for i, layers := range tiles {
		var got struct {
			Layers []mvttest.Layer
			Error  string
		}
		if err := answers.Decode(&got); err != nil || got.Error != "" {
			t.Fatalf("tile %d: %v%s", i, err, got.Error)
		}
		for k, difference := range mvttest.Differences(mvttest.Forms(layers), got.Layers) {
			if k < 5 {
				t.Errorf("tile %d: %s", i, difference)
			}
		}
	}
}

func run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%.2000s", filepath.Base(name), err, &complaints)
	}
	return out
}
