package stream

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sitmap/layers/live"
)

// victim is the environment variable that makes the test's program a child that
// appends until it is killed.
const victim = "SITMAP_STREAM_VICTIM"

// lazy is the one that lets the child answer before anything is synced, and forgets
// the one that makes it forget all but the last messages.
const (
	lazy    = "SITMAP_STREAM_LAZY"
	forgets = "SITMAP_STREAM_FORGETS"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		die(dir)
	}
	os.Exit(m.Run())
}

// die appends to the stream in dir from several senders at once, and says each
// answered record on its output.
func die(dir string) {
	s, err := Open(context.Background(), Options{Dir: dir, Unsafe: os.Getenv(lazy) != ""})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	life := time.Now().UnixNano()
	for sender := range 16 {
		go func() {
			for k := 0; ; k++ {
				unit := fmt.Sprintf("%d-%d", life, sender)
				if err := s.Append(context.Background(), numbered(unit, k, 1)); err != nil {
					continue
				}
				mu.Lock()
				fmt.Println(unit, k)
				mu.Unlock()
			}
		}()
	}
	if os.Getenv(forgets) != "" {
		forgetOld(s, &mu)
	}
	select {}
}

// forgetOld forgets the stream's messages when there are many behind them, and says
// each of their records before.
func forgetOld(s *Stream, mu *sync.Mutex) {
	const behind = 30
	type message struct {
		number  uint64
		records []live.Record
	}
	var last []message
	_ = s.Follow(context.Background(), From{}, func(number uint64, records []live.Record) error {
		if last = append(last, message{number, records}); len(last) < 2*behind {
			return nil
		}
		mu.Lock()
		for _, old := range last[:behind] {
			for _, r := range old.records {
				fmt.Println("forget", name(r))
			}
		}
		mu.Unlock()
		_ = s.Forget(context.Background(), last[behind-1].number)
		last = last[behind:]
		return nil
	})
}

// Whoever is killed in the middle of their work has lost nothing they answered:
// kills are 5, or as many as SITMAP_KILLS says.
func TestKilledInTheMiddle(t *testing.T) {
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("SITMAP_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	answered := map[string]bool{}
	for range kills {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), victim+"="+dir)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		life := time.Duration(50+rand.IntN(250)) * time.Millisecond
		for began := false; lines.Scan(); began = true {
			if !began {
				time.AfterFunc(life, func() { _ = child.Process.Kill() })
			}
			if strings.Count(lines.Text(), " ") == 1 {
				answered[lines.Text()] = true
			}
		}
		_ = child.Wait()
	}
	if len(answered) < 10*kills {
		t.Fatalf("only %d records were answered in %d lives", len(answered), kills)
	}
	s := open(t, Options{Dir: dir})
	found, _ := read(t, s, From{})
	lost, twice := 0, 0
	for record := range answered {
		switch found[record] {
		case 0:
			lost++
		case 1:
		default:
			twice++
		}
	}
	if lost > 0 || twice > 0 {
		t.Errorf("of %d answered in %d lives %d are lost, %d twice", len(answered), kills, lost, twice)
	}
	t.Logf("%d lives, %d answered, %d lost", kills, len(answered), lost)
}
