package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sitmap/bench/measure"
)

// spent is the processor time of everybody so far, in seconds.
type spent struct {
	at                        time.Time
	server, database, ourself float64
}

// spend reads it.
func (w *world) spend() (s spent, err error) {
	s = spent{at: time.Now(), ourself: measure.OwnCPU()}
	if s.server, err = measure.ProcessCPU(w.server.Process.Pid); err != nil {
		return s, err
	}
	s.database, err = w.databaseCPU()
	return s, err
}

// since is what was spent since then.
func (s spent) since(before spent) spent {
	return spent{at: s.at, server: s.server - before.server, database: s.database - before.database, ourself: s.ourself - before.ourself}
}

// cores is as how many cores that is over the time.
func (s spent) cores(seconds float64) string {
	return fmt.Sprintf("server %.2f, database %.2f, senders and readers %.2f of 2 cores", s.server/seconds, s.database/seconds, s.ourself/seconds)
}

// databaseCPU is of the postmaster and its children, those that ended included.
func (w *world) databaseCPU() (float64, error) {
	text, err := os.ReadFile(filepath.Join(w.opened.Cluster.Folder(), "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	postmaster, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0, fmt.Errorf("postmaster.pid: %w", err)
	}
	sum, err := measure.FamilyCPU(postmaster)
	return sum, err
}

// residentMB is the server's resident memory, in MB.
func (w *world) residentMB() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.server.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), "VmRSS:")
	var kB float64
	if _, err := fmt.Sscanf(rest, "%f", &kB); !ok || err != nil {
		return 0, fmt.Errorf("no resident memory in /proc")
	}
	return kB * 1024 / 1e6, nil
}

// collect makes the server collect its garbage.
func (w *world) collect() error {
	answer, err := http.Get("http://" + w.profiles + "/debug/pprof/heap?gc=1")
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// profile keeps where the server spends its time over the next seconds, if that is
// wanted; wait waits for the end.
func (w *world) profile(name string, seconds time.Duration) (wait func()) {
	if w.bench.profiles == "" {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.saveProfile(name, seconds); err != nil {
			w.bench.say("profile %s: %v", name, err)
		}
	}()
	return func() { <-done }
}

func (w *world) saveProfile(name string, seconds time.Duration) error {
	answer, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", w.profiles, int(seconds.Seconds())))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := os.MkdirAll(w.bench.profiles, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(w.bench.profiles, name+".pprof"))
	if err != nil {
		return err
	}
	_, err = f.ReadFrom(answer.Body)
	return errors.Join(err, f.Close())
}
