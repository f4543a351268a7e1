package segment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"

	"sitmap/geo/cube"
)

// File is an open segment file. Its memory is given back when nothing holds
// the File any more, or by Close.
type File struct {
	Path string
	// Key says what the columns were made from.
	Key string

	file    *os.File
	memory  []byte
	columns map[string]entry
	cleanup runtime.Cleanup
}

// entry is where a column is.
type entry struct {
	place, length uint64
	sum           uint32
}

// Open opens a file and checks that it is whole: its length, head, table and
// foot, in a fraction of a millisecond. That the columns are what was written
// is what Verify tells. It fails with ErrDamaged, ErrVersion or an error of
// the file system.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, file: file, columns: map[string]entry{}}
	info, err := file.Stat()
	if err == nil {
		err = f.read(file, uint64(info.Size()))
	}
	if err == nil {
		f.memory, err = memory(file, int(info.Size()))
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f.cleanup = runtime.AddCleanup(f, func(m []byte) { forget(m); _ = file.Close() }, f.memory)
	return f, nil
}

// Close gives the memory back at once. Nothing may use the columns any more.
func (f *File) Close() error {
	f.cleanup.Stop()
	forget(f.memory)
	f.memory, f.columns = nil, nil
	return f.file.Close()
}

// Column is the bytes of a column, nil when there is none of that name. They
// are valid as long as the File is reachable, and must not be written to.
func (f *File) Column(name string) []byte {
	c, ok := f.columns[name]
	if !ok {
		return nil
	}
	return f.memory[c.place : c.place+c.length : c.place+c.length]
}

// Verify reads the whole file and compares all checksums. It fails with
// ErrDamaged or an error of the file system.
func (f *File) Verify() error {
	buffer := make([]byte, min(len(f.memory), 1<<18))
	for name, c := range f.columns {
		sum, err := checksum(f.file, c.place, c.length+padding(c.length), buffer)
		if err != nil {
			return fmt.Errorf("verify %s: %w", f.Path, err)
		}
		if sum != c.sum {
			return fmt.Errorf("verify %s: column %s: %w", f.Path, name, ErrDamaged)
		}
	}
	return nil
}

// Load opens a file, verifies it and makes a base of it. It fails with
// ErrStale when the file was made from something else than the key says.
func Load(path, key string) (*cube.Base, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	base, err := f.load(key)
	if err != nil {
		_ = f.Close()
	}
	return base, err
}

func (f *File) load(key string) (*cube.Base, error) {
	if f.Key != key {
		return nil, fmt.Errorf("%s was made from %q, not from %q: %w", f.Path, f.Key, key, ErrStale)
	}
	if err := f.Verify(); err != nil {
		return nil, err
	}
	return cube.FromColumns(f.Column, f)
}

// read reads what is known of the columns from a file of that size.
func (f *File) read(file io.ReaderAt, size uint64) error {
	if size < headerSize+footerSize || size%align != 0 {
		return fmt.Errorf("%d bytes: %w", size, ErrDamaged)
	}
	head, foot := make([]byte, headerSize), make([]byte, footerSize)
	if _, err := file.ReadAt(head, 0); err != nil {
		return err
	}
	if _, err := file.ReadAt(foot, int64(size-footerSize)); err != nil {
		return err
	}
	switch found := binary.LittleEndian.Uint32(head[len(headMagic):]); {
	case string(head[:len(headMagic)]) != headMagic || !sealed(head):
		return fmt.Errorf("the head: %w", ErrDamaged)
	case found != version:
		return fmt.Errorf("version %d, not %d: %w", found, version, ErrVersion)
	case !bytes.Equal(head, header()):
		return fmt.Errorf("the head: %w", ErrDamaged)
	}
	place, length := binary.LittleEndian.Uint64(foot), binary.LittleEndian.Uint64(foot[8:])
	sum := binary.LittleEndian.Uint32(foot[16:])
	if !sealed(foot) || string(foot[28:36]) != footMagic || binary.LittleEndian.Uint64(foot[20:]) != size ||
		length > maxTable || place > size || place+length+padding(length)+footerSize != size {
		return fmt.Errorf("the foot: %w", ErrDamaged)
	}
	found, err := checksum(file, place, length+padding(length), make([]byte, 1<<16))
	if err != nil {
		return err
	}
	table := make([]byte, length)
	if _, err := file.ReadAt(table, int64(place)); err != nil {
		return err
	}
	if found != sum || !f.readTable(table, place) {
		return fmt.Errorf("the table: %w", ErrDamaged)
	}
	return nil
}

// sealed reports whether the last four bytes are the checksum of the others.
func sealed(block []byte) bool {
	n := len(block) - 4
	return crc32.Checksum(block[:n], castagnoli) == binary.LittleEndian.Uint32(block[n:])
}

// readTable fills the columns; they must fill the file from the head to end.
func (f *File) readTable(table []byte, end uint64) bool {
	t := tableReader{rest: table, ok: true}
	f.Key = t.text()
	at := uint64(headerSize)
	for range t.uint32() {
		name := t.text()
		c := entry{t.uint64(), t.uint64(), t.uint32()}
		if _, twice := f.columns[name]; !t.ok || twice || c.place != at || c.length > end-at || c.length+padding(c.length) > end-at {
			return false
		}
		at += c.length + padding(c.length)
		f.columns[name] = c
	}
	return t.ok && len(t.rest) == 0 && at == end
}

// tableReader reads until something is missing.
type tableReader struct {
	rest []byte
	ok   bool
}

func (t *tableReader) take(n uint64) []byte {
	if !t.ok || n > uint64(len(t.rest)) {
		t.ok = false
		return make([]byte, 8)
	}
	taken := t.rest[:n]
	t.rest = t.rest[n:]
	return taken
}

func (t *tableReader) uint32() uint32 { return binary.LittleEndian.Uint32(t.take(4)) }
func (t *tableReader) uint64() uint64 { return binary.LittleEndian.Uint64(t.take(8)) }
func (t *tableReader) text() string   { return string(t.take(uint64(t.uint32()))) }
