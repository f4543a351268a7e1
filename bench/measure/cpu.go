package measure

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// clockTicks is the resolution of /proc, in ticks a second: USER_HZ, which
// Linux fixes at 100 for everything that programs see.
const clockTicks = 100

// ProcessCPU is the seconds of processor that a process has used; see proc(5).
func ProcessCPU(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is a name in brackets, which may hold anything.
	rest := string(text[strings.LastIndexByte(string(text), ')')+1:])
	fields := strings.Fields(rest)
	var user, system float64
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
	}
	return (user + system) / clockTicks, nil
}

// OwnCPU is the seconds of processor that we have used ourselves.
func OwnCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
