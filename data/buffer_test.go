package data_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sitmap/data"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/data/stream"
	"sitmap/layers"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// A buffer whose folder is an older copy, or empty, loses nothing of what comes after
// that, though the numbers of its messages come again; and nothing is there twice.
func TestABufferThatLostItsEndBeginsAnew(t *testing.T) {
	store, err := postgis.Open(t.Context(), pgtest.URL(t), catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	patrolled(t, store)
	dir := filepath.Join(t.TempDir(), "positions")
	p := &patrol{t: t, store: store}
	open := func() {
		t.Helper()
		if p.stream, err = data.OpenBuffer(t.Context(), stream.Options{Dir: dir, Log: quiet}, store); err != nil {
			t.Fatal(err)
		}
		p.gate = live.NewGate(p.stream, live.Limits{}, time.Now)
		register, err := store.Register(t.Context(), layers.Window{From: time.Now().Add(-72 * time.Hour), To: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		p.gate.Learn(register)
	}
	send := func(messages int) {
		t.Helper()
		for range messages {
			p.send(3)
		}
	}

	open()
	send(5)
	p.write()
	first := p.stream.Identity()
	p.stream.Close()
	old := t.TempDir()
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	open()
	if p.stream.Identity() != first {
		t.Error("a sound buffer has another identity after a restart")
	}
	send(5)
	p.write()
	p.stream.Close()

	// The folder is as it was after 5 messages; the store has 10.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(old)); err != nil {
		t.Fatal(err)
	}
	open()
	second := p.stream.Identity()
	if second == first {
		t.Error("a buffer that lost its end has the same identity")
	}
	send(3) // numbers 6 to 8, which the store has of the first identity
	p.write()
	p.allOnce()
	p.stream.Close()
	open()
	if p.stream.Identity() != second {
		t.Error("the new identity does not outlast a restart")
	}
	p.stream.Close()

	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	open()
	defer p.stream.Close()
	send(3)
	p.write()
	p.allOnce()
}
