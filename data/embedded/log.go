package embedded

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
)

// logLimit is how big postgres.log may grow before it becomes postgres.log.1;
// together they stay below about twice that.
const logLimit = 8 << 20

// openLog opens postgres.log for PostgreSQL to append to. PostgreSQL holds the
// open file, so that it goes on writing when the process that started it ends.
func (p place) openLog() (*os.File, error) {
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return nil, unusable(p.root, err)
	}
	defer root.Close()
	f, err := root.OpenFile("postgres.log", os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return nil, unusable(p.root, err)
	}
	return f, nil
}

// rotateLog copies a log that has grown too big to postgres.log.1 and empties it:
// PostgreSQL appends to the open file, so it cannot be renamed. Lines written in
// between are lost, which a log of this kind can bear.
func (p place) rotateLog(limit int64) error {
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return err
	}
	defer root.Close()
	from, err := root.OpenFile("postgres.log", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil || info.Size() <= limit {
		return err
	}
	to, err := root.OpenFile("postgres.log.1", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, io.LimitReader(from, limit))
	if err = errors.Join(err, to.Close()); errors.Is(err, syscall.ENOSPC) {
		err = nil // no room for the copy: the log has to go all the more
	}
	return errors.Join(err, from.Truncate(0))
}

// logSize is how much has been written, to find later what was written since.
func (p place) logSize() int64 {
	info, err := os.Stat(p.log())
	if err != nil {
		return 0
	}
	return info.Size()
}

// logSince is what PostgreSQL wrote after the first from bytes, its last 4 kB.
func (p place) logSince(from int64) string {
	f, err := os.Open(p.log())
	if err != nil {
		return ""
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		from = max(from, end-4096)
	}
	b, _ := io.ReadAll(io.NewSectionReader(f, from, 4096))
	return strings.TrimSpace(string(b))
}
