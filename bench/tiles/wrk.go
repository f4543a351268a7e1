package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// traffic is what wrk is told to ask of a server.
type traffic struct {
	name        string // of the script
	address     string
	paths       []string
	headers     map[string]string
	connections int
	lasts       time.Duration
	// delay is a pause before each request, in milliseconds; 0 for none.
	delay float64
}

// outcome is what wrk found.
type outcome struct {
	rate     float64 // requests a second
	bytes    float64 // a second
	requests int
	faults   int // answers that are neither 2xx nor 3xx, broken connections, timeouts
}

// script is the Lua that wrk runs: all requests are made once, and sent in
// their fixed order.
func (t traffic) script() string {
	var s strings.Builder
	s.WriteString("local requests, n = {}, 0\nfunction init(args)\n  local headers = {}\n")
	for name, value := range t.headers {
		fmt.Fprintf(&s, "  headers[%q] = [==[%s]==]\n", name, value)
	}
	s.WriteString("  for i, path in ipairs({\n")
	for _, p := range t.paths {
		fmt.Fprintf(&s, "    %q,\n", p)
	}
	s.WriteString("  }) do requests[i] = wrk.format(\"GET\", path, headers) end\nend\n")
	s.WriteString("function request()\n  n = n % #requests + 1\n  return requests[n]\nend\n")
	if t.delay > 0 {
		// wrk pauses whole milliseconds, so the rest is left to chance.
		fmt.Fprintf(&s, "function delay()\n  return math.floor(%f + math.random())\nend\n", t.delay)
	}
	return s.String()
}

// wrk starts wrk; the outcome comes from wait.
func (b *bench) wrk(ctx context.Context, t traffic) (wait func() (outcome, error), err error) {
	file := filepath.Join(b.work, t.name+".lua")
	if err := os.WriteFile(file, []byte(t.script()), 0o644); err != nil {
		return nil, err
	}
	var out strings.Builder
	cmd := exec.CommandContext(ctx, "wrk", "-t1", fmt.Sprintf("-c%d", t.connections), fmt.Sprintf("-d%ds", max(1, int(t.lasts.Seconds()))), "--timeout", "10s", "-s", file, "http://"+t.address)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("wrk: %w", err)
	}
	return func() (outcome, error) {
		if err := cmd.Wait(); err != nil {
			return outcome{}, fmt.Errorf("wrk: %w: %s", err, strings.TrimSpace(out.String()))
		}
		return readWrk(out.String())
	}, nil
}

var (
	wrkRate     = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkRequests = regexp.MustCompile(`(\d+) requests in ([0-9.]+)(m?s|m|h), ([0-9.]+)([KMGT]?)B read`)
	wrkStatus   = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
	wrkSockets  = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
)

// readWrk reads what wrk printed.
func readWrk(text string) (o outcome, err error) {
	rate, requests := wrkRate.FindStringSubmatch(text), wrkRequests.FindStringSubmatch(text)
	if rate == nil || requests == nil {
		return o, fmt.Errorf("wrk printed no rate: %s", strings.TrimSpace(text))
	}
	number := func(s string) float64 {
		v, _ := strconv.ParseFloat(s, 64) // the patterns let only numbers pass
		return v
	}
	o.rate, o.requests = number(rate[1]), int(number(requests[1]))
	if o.requests > 0 {
		size := number(requests[4]) * map[string]float64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}[requests[5]]
		o.bytes = size / float64(o.requests) * o.rate
	}
	if m := wrkStatus.FindStringSubmatch(text); m != nil {
		o.faults += int(number(m[1]))
	}
	if m := wrkSockets.FindStringSubmatch(text); m != nil {
		for _, n := range m[1:] {
			o.faults += int(number(n))
		}
	}
	return o, nil
}

// drive is wrk from beginning to end; a fault is an error.
func (b *bench) drive(t traffic) (outcome, error) {
	wait, err := b.wrk(b.ctx, t)
	if err != nil {
		return outcome{}, err
	}
	o, err := wait()
	if err == nil && o.faults > 0 {
		err = fmt.Errorf("%s: %d of %d requests failed", t.name, o.faults, o.requests)
	}
	return o, err
}
