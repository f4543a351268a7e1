package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// clockTicks is the resolution of /proc, in ticks a second: USER_HZ, which
// Linux fixes at 100 for everything that programs see.
const clockTicks = 100

// ProcessCPU is the seconds of processor that a process has used; see proc(5).
func ProcessCPU(pid int) (float64, error) {
	s, err := readStat(pid)
	return s.own, err
}

// FamilyCPU is the seconds of a process and its children, those that ended
// included.
func FamilyCPU(pid int) (float64, error) {
	parent, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	sum := parent.own + parent.ended
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		child, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		if s, err := readStat(child); err == nil && s.parent == pid { // or it ended meanwhile
			sum += s.own
		}
	}
	return sum, nil
}

// stat is what proc(5) tells of a process; times are seconds.
type stat struct {
	parent     int
	own, ended float64 // ended: of children that were waited for
}

func readStat(pid int) (s stat, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, err
	}
	// The second field is a name in brackets, which may hold anything.
	rest := string(text[strings.LastIndexByte(string(text), ')')+1:])
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return s, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	var ticks [4]float64
	if _, err := fmt.Sscan(strings.Join(append(fields[11:15:15], fields[1]), " "), &ticks[0], &ticks[1], &ticks[2], &ticks[3], &s.parent); err != nil {
		return s, fmt.Errorf("/proc/%d/stat: %w", pid, err)
	}
	s.own, s.ended = (ticks[0]+ticks[1])/clockTicks, (ticks[2]+ticks[3])/clockTicks
	return s, nil
}

// OwnCPU is the seconds of processor that we have used ourselves.
func OwnCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
