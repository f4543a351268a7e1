package segment

import (
	"fmt"
	"os"
	"path/filepath"

	"sitmap/geo/cube"
)

// Shelf is a folder of segment files, one a layer.
type Shelf struct{ folder string }

// OpenShelf makes the folder if it is not there, for its owner only: counts by
// cell and second are not for everybody.
func OpenShelf(folder string) (*Shelf, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("a folder for segment files: %w", err)
	}
	return &Shelf{folder}, nil
}

// notesColumn is what a layer keeps beside its base.
const notesColumn = "notes"

// Load reads, verifies and maps the file of a layer. It fails with ErrStale when
// it was saved under another key, else as Load does.
func (s *Shelf) Load(layer, key string) (*cube.Base, []byte, error) {
	f, err := Open(s.path(layer))
	if err != nil {
		return nil, nil, err
	}
	base, err := f.load(key)
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return base, append([]byte(nil), f.Column(notesColumn)...), nil
}

// Save writes the file of a layer.
func (s *Shelf) Save(layer, key string, base *cube.Base, notes []byte) error {
	return Write(s.path(layer), key, append(base.Columns(), cube.Column{Name: notesColumn, Bytes: notes}))
}

func (s *Shelf) path(layer string) string { return filepath.Join(s.folder, layer+".segment") }
