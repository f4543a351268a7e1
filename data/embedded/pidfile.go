package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// pidFile is what postmaster.pid says. PostgreSQL documents its lines in
// src/include/utils/pidfile.h: pid, data folder, start, port, socket folder,
// listen address, shared memory, status.
type pidFile struct {
	postmaster
	status string // "starting", "ready", "stopping", "standby"
}

// readPidFile reads postmaster.pid, which may be half written; nil when there is none.
func (p place) readPidFile() (*pidFile, error) {
	b, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, foreign(p.root).because(err)
	}
	return parsePidFile(string(b)), nil
}

func parsePidFile(text string) *pidFile {
	lines := strings.Split(text, "\n")
	line := func(n int) string {
		if n > len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[n-1])
	}
	var f pidFile
	f.pid, _ = strconv.Atoi(line(1))
	f.port, _ = strconv.Atoi(line(4))
	f.socketDir = line(5)
	f.listens = line(6) != ""
	f.status = line(8)
	return &f
}

// running finds the postmaster that serves this data now: postmaster.pid names it and
// the process is a postgres of this folder, not another one that got its number. It is
// nil when there is none, also when a dead one has not been reaped yet.
func (p place) running() (*pidFile, error) {
	f, err := p.readPidFile()
	if f == nil || err != nil || !p.serves(f.pid) {
		return nil, err
	}
	return f, nil
}

// serves says whether the process is a living postmaster of this data. Its command
// line tells, which everybody may read; a zombie has none.
func (p place) serves(pid int) bool {
	if pid <= 0 {
		return false
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return false
	}
	args := strings.Split(string(b), "\x00")
	if filepath.Base(args[0]) != "postgres" {
		return false
	}
	for _, a := range args[1:] {
		if filepath.Clean(a) == p.data() {
			return true
		}
	}
	return false
}
