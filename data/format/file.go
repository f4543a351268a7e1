package format

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sitmap/layers"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 8 << 30

// File is the bytes of an import. They can be read more than once, because a
// format may have to see the whole file before it knows the columns.
type File struct {
	Name    string // without folder
	Size    int64  // bytes
	bytes   io.ReaderAt
	cleanUp func() error
}

// OpenFile opens a file of the file system, to be closed after use. What is
// not a regular file, such as a pipe, is copied to a temporary file first.
func OpenFile(path string) (*File, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("file %s: %w", path, layers.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %v: %w", path, err, layers.ErrInvalid)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	case info.IsDir():
		f.Close()
		return nil, fmt.Errorf("%s is a folder, name a file in it: %w", path, layers.ErrInvalid)
	case !info.Mode().IsRegular():
		defer f.Close()
		return Spool(filepath.Base(path), f)
	case info.Size() > MaxSize:
		f.Close()
		return nil, fmt.Errorf("%s has %d bytes, at most %d are read; split it: %w", path, info.Size(), int64(MaxSize), layers.ErrInvalid)
	}
	return &File{Name: filepath.Base(path), Size: info.Size(), bytes: f, cleanUp: f.Close}, nil
}

// Spool copies a stream to a temporary file, which Close removes.
func Spool(name string, r io.Reader) (*File, error) {
	temp, err := os.CreateTemp("", "sitmap-import-*")
	if err != nil {
		return nil, fmt.Errorf("copy %s: %w", name, err)
	}
	f := &File{Name: filepath.Base(name), bytes: temp, cleanUp: func() error {
		return errors.Join(temp.Close(), os.Remove(temp.Name()))
	}}
	f.Size, err = io.Copy(temp, io.LimitReader(r, MaxSize+1))
	if err == nil && f.Size > MaxSize {
		err = fmt.Errorf("more than %d bytes; split it: %w", int64(MaxSize), layers.ErrInvalid)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("copy %s: %w", name, err), f.Close())
	}
	return f, nil
}

// Bytes is a file that is held in memory already.
func Bytes(name string, content []byte) *File {
	return &File{Name: filepath.Base(name), Size: int64(len(content)), bytes: bytes.NewReader(content)}
}

// Close lets go of the file.
func (f *File) Close() error {
	if f.cleanUp == nil {
		return nil
	}
	return f.cleanUp()
}

// Reader reads the file from its beginning, until the context ends.
func (f *File) Reader(ctx context.Context) io.Reader {
	return &contextReader{ctx, io.NewSectionReader(f.bytes, 0, f.Size)}
}

// head is the first bytes of the file, at most n.
func (f *File) head(n int) ([]byte, error) {
	b := make([]byte, min(int64(n), f.Size))
	if _, err := f.bytes.ReadAt(b, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	return b, nil
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
