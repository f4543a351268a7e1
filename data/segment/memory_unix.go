//go:build unix

package segment

import (
	"fmt"
	"os"
	"syscall"
)

// memory maps a file of a known size, to be read only.
func memory(file *os.File, size int) ([]byte, error) {
	m, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map into memory: %w", err)
	}
	return m, nil
}

// forget gives mapped memory back.
func forget(m []byte) { _ = syscall.Munmap(m) }

// syncFolder brings a new name to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	return folder.Sync()
}
