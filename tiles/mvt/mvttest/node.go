package mvttest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"os/exec"
	"testing"
	"time"
)

//go:embed decode.mjs
var decodeScript []byte

// answer is a line that decode.mjs prints.
type answer struct {
	Layers []Layer
	Error  string
}

// node decodes the files with @mapbox/vector-tile. The script is read from
// standard input, so that it finds its packages from the frontend's folder.
func node(t testing.TB, frontend string, files []string) []answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "node", append([]string{"--input-type=module", "-"}, files...)...)
	command.Dir = frontend
	command.Stdin = bytes.NewReader(decodeScript)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node: %v\n%.2000s", err, &complaints)
	}
	answers := make([]answer, len(files))
	lines := json.NewDecoder(bytes.NewReader(out))
	for i := range answers {
		if err := lines.Decode(&answers[i]); err != nil {
			t.Fatalf("node, %s: %v", files[i], err)
		}
	}
	return answers
}
