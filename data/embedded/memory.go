package embedded

import (
	"bufio"
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// machineMemory is the memory this process may count on, in bytes: that of the
// machine, or the limit of its control group when that is lower.
func machineMemory() uint64 {
	total := uint64(2 << 30) // where /proc tells nothing
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		if kB := memTotal(b); kB > 0 {
			total = kB << 10
		}
	}
	for _, file := range groupLimits() {
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// "max", or the huge number of version 1, mean no limit.
		if limit, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64); err == nil && limit < total {
			total = limit
		}
	}
	return total
}

// memTotal is the MemTotal of a /proc/meminfo, in kB; 0 when it has none.
func memTotal(meminfo []byte) uint64 {
	lines := bufio.NewScanner(bytes.NewReader(meminfo))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) >= 2 && f[0] == "MemTotal:" {
			kB, _ := strconv.ParseUint(f[1], 10, 64)
			return kB
		}
	}
	return 0
}

// groupLimits are the files that may hold a limit of our control group: version 2,
// from our group up to the root, and the one of version 1.
func groupLimits() []string {
	const base = "/sys/fs/cgroup"
	files := []string{base + "/memory/memory.limit_in_bytes"}
	b, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return files
	}
	for line := range strings.Lines(string(b)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !ok {
			continue
		}
		for ; group != "/" && group != "."; group = path.Dir(group) {
			files = append(files, path.Join(base, group, "memory.max"))
		}
		files = append(files, base+"/memory.max")
	}
	return files
}

// freeSpace is how many bytes an ordinary user may still write on dir's disk.
func freeSpace(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
