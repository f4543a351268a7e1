// Package segment keeps the base of a cube in one file, written once and read
// in place. A file is whole or it is not there: it gets its name when it is on
// the disk. Reading maps it into memory, so that a hundred million points
// take the memory of what is looked at and a restart takes a glance.
//
// The form, all numbers little-endian, every part beginning at a multiple of
// 64 bytes with zeros before it:
//
//	header   magic "sitmapsg", version, CRC-32C of these
//	columns  one after the other, in the order of the table
//	table    key, then for each column: name, place, length, CRC-32C
//	footer   place, length and CRC-32C of the table, length of the file,
//	         magic "gspamtis", CRC-32C of the footer
//
// A column's checksum covers the zeros behind it too, so that every byte of a
// file is covered by one: the table by the footer, the columns by the table.
package segment

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"sitmap/geo/cube"
)

// What can be wrong with a file.
var (
	ErrDamaged = errors.New("the segment file is damaged")    // or never was one
	ErrVersion = errors.New("a newer program wrote the file") // or an older one
	ErrStale   = errors.New("the segment file is about something else")
)

const (
	version    = 1
	align      = 64
	headerSize = 64
	footerSize = 64
	headMagic  = "sitmapsg"
	footMagic  = "gspamtis"
	maxTable   = 1 << 20
	maxName    = 1 << 12
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Write puts columns in a file, which takes the place of what has the path. The
// key says what the columns were made from, for instance a layer at a version.
// When it fails the old file is as it was.
func Write(path, key string, columns []cube.Column) (err error) {
	if len(key) > maxName {
		return fmt.Errorf("write %s: a key of %d bytes", path, len(key))
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = draft.Close()
			_ = os.Remove(draft.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	w := &writer{buffer: bufio.NewWriterSize(draft, 1<<20)}
	w.file(key, columns)
	if w.err != nil {
		return w.err
	}
	if err := w.buffer.Flush(); err != nil {
		return err
	}
	if err := draft.Sync(); err != nil {
		return err
	}
	if err := draft.Close(); err != nil {
		return err
	}
	if err := os.Rename(draft.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// writer remembers the first error and where it is.
type writer struct {
	buffer *bufio.Writer
	at     uint64
	err    error
}

func (w *writer) file(key string, columns []cube.Column) {
	w.write(header())
	table := appendText(nil, key)
	table = binary.LittleEndian.AppendUint32(table, uint32(len(columns)))
	for _, c := range columns {
		if len(c.Name) > maxName {
			w.err = fmt.Errorf("a column's name of %d bytes", len(c.Name))
			return
		}
		table = appendText(table, c.Name)
		table = binary.LittleEndian.AppendUint64(table, w.at)
		table = binary.LittleEndian.AppendUint64(table, uint64(len(c.Bytes)))
		table = binary.LittleEndian.AppendUint32(table, w.part(c.Bytes))
	}
	footer := binary.LittleEndian.AppendUint64(make([]byte, 0, footerSize), w.at)
	footer = binary.LittleEndian.AppendUint64(footer, uint64(len(table)))
	footer = binary.LittleEndian.AppendUint32(footer, w.part(table))
	footer = binary.LittleEndian.AppendUint64(footer, w.at+footerSize)
	footer = append(footer, footMagic...)
	footer = append(footer, make([]byte, footerSize-4-len(footer))...)
	w.write(binary.LittleEndian.AppendUint32(footer, crc32.Checksum(footer, castagnoli)))
}

// part writes bytes and zeros behind them, and gives the checksum of both.
func (w *writer) part(bytes []byte) uint32 {
	w.write(bytes)
	zeros := make([]byte, padding(uint64(len(bytes))))
	w.write(zeros)
	return crc32.Update(crc32.Checksum(bytes, castagnoli), castagnoli, zeros)
}

func (w *writer) write(bytes []byte) {
	if w.err == nil {
		_, w.err = w.buffer.Write(bytes)
		w.at += uint64(len(bytes))
	}
}

// padding is how many zeros follow so many bytes.
func padding(n uint64) uint64 { return -n & (align - 1) }

func header() []byte {
	h := append(make([]byte, 0, headerSize), headMagic...)
	h = binary.LittleEndian.AppendUint32(h, version)
	h = append(h, make([]byte, headerSize-4-len(h))...)
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

func appendText(to []byte, text string) []byte {
	return append(binary.LittleEndian.AppendUint32(to, uint32(len(text))), text...)
}

// checksum reads a part of a file. It reads instead of looking at the mapped
// memory, where a fault of the disk would end the program.
func checksum(file io.ReaderAt, place, length uint64, buffer []byte) (uint32, error) {
	sum := uint32(0)
	for length > 0 {
		part := buffer[:min(length, uint64(len(buffer)))]
		if _, err := file.ReadAt(part, int64(place)); err != nil {
			return 0, err
		}
		sum = crc32.Update(sum, castagnoli, part)
		place, length = place+uint64(len(part)), length-uint64(len(part))
	}
	return sum, nil
}
