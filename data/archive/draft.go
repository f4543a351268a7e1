package archive

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/tiles"
)

// draft is a file on its way: it lies beside its later place under a name of
// its own, so that nobody takes a half for the whole.
type draft struct {
	path, temporary string
}

// newDraft creates the file, empty.
func newDraft(path string) (*draft, error) {
	random := make([]byte, 6)
	_, _ = rand.Read(random) // never fails: the program ends where there is no randomness
	d := &draft{path: path, temporary: filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+hex.EncodeToString(random))}
	file, err := os.OpenFile(d.temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return d, file.Close()
}

// finish brings the file to the disk and gives it its name.
func (d *draft) finish() error {
	file, err := os.OpenFile(d.temporary, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = file.Sync()
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(d.temporary, d.path)
	}
	if err != nil {
		d.discard()
		return fmt.Errorf("complete %s: %w", d.path, err)
	}
	d.temporary = ""
	return nil
}

// discard removes what is not finished.
func (d *draft) discard() {
	if d.temporary != "" {
		_ = os.Remove(d.temporary) // nothing is lost when it stays
		d.temporary = ""
	}
}

// sequence holds tiles to the order of a Writer.
type sequence struct{ next uint64 }

// take checks a tile that is to be written and gives its number.
func (s *sequence) take(t maptile.Tile, body []byte) (uint64, error) {
	switch {
	case t.Z > tiles.MaxZoom || !t.Valid():
		return 0, fmt.Errorf("tile %d/%d/%d does not exist: %w", t.Z, t.X, t.Y, layers.ErrInvalid)
	case len(body) == 0:
		return 0, fmt.Errorf("tile %d/%d/%d is empty: %w", t.Z, t.X, t.Y, layers.ErrInvalid)
	case len(body) > maxTile:
		return 0, fmt.Errorf("tile %d/%d/%d has %d bytes, more than %d: %w", t.Z, t.X, t.Y, len(body), maxTile, layers.ErrInvalid)
	}
	id := ID(t)
	if id < s.next {
		return 0, fmt.Errorf("tile %d/%d/%d comes too late: tiles are written in their order: %w", t.Z, t.X, t.Y, layers.ErrInvalid)
	}
	s.next = id + 1
	return id, nil
}
