//go:build !unix

package segment

import (
	"os"
	"unsafe"
)

// memory reads a file of a known size, to an address that is a multiple of 8.
func memory(file *os.File, size int) ([]byte, error) {
	words := make([]uint64, size/8)
	m := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), size)
	_, err := file.ReadAt(m, 0)
	return m, err
}

// forget is for the collector of garbage to do.
func forget([]byte) {}

// syncFolder is not known there.
func syncFolder(string) error { return nil }
