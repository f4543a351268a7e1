package measure

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
)

// Machine is what the figures were measured on.
func Machine() string {
	processor, memory := "unknown processor", "unknown size"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(text); m != nil {
			processor = string(m[1])
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kB int64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kB); err == nil {
			memory = fmt.Sprintf("%.0f GiB", float64(kB)/(1<<20))
		}
	}
	return fmt.Sprintf("%d cores (%s), %s of memory, %s/%s", runtime.NumCPU(), processor, memory, runtime.GOOS, runtime.GOARCH)
}

// Load is the load average over one minute and five.
func Load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	var one, five string
	if _, err := fmt.Sscan(string(text), &one, &five); err != nil {
		return "unknown"
	}
	return one + " (1 min) " + five + " (5 min)"
}
