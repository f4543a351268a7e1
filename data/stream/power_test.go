package stream

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitmap/data/forgetful"
)

// Power cuts at random moments lose nothing that was answered, whether all that is
// unsynced is forgotten or a part of it: the cuts are 6, or 50 in the long form.
func TestPowerCuts(t *testing.T) {
	cuts := 6
	if forgetful.Full() {
		cuts = 50
	}
	all, answered, found := cutPower(t, cuts, forgets)
	lost, twice := compare(answered, found)
	t.Logf("FAULT power-buffer cuts=%d answered=%d forgotten=%d lost=%d twice=%d", cuts, all, all-len(answered), lost, twice)
	if lost+twice > 0 || all < 10*cuts || all == len(answered) {
		t.Errorf("of %d answered in %d lives, %d of them forgotten on purpose, %d are lost, %d twice", all, cuts, all-len(answered), lost, twice)
	}
}

// The same test with a stream that syncs when it likes shows the loss, or else it
// would not show one of ours.
func TestPowerCutsShowWhatIsNotSynced(t *testing.T) {
	all, answered, found := cutPower(t, 2, lazy)
	lost, _ := compare(answered, found)
	t.Logf("FAULT power-buffer-unsynced cuts=2 answered=%d control_lost=%d", all, lost)
	if lost == 0 {
		t.Errorf("none of %d that were answered before they were synced is lost: the test does not bite", all)
	}
}

// cutPower lets a child, which is as the environment variable says, append until the
// power is cut, so often. It gives how many records were answered, those of them that
// were not forgotten on purpose since, and what is found at last. Only what the child
// found again it forgets, so that a loss at any of the cuts is seen.
func cutPower(t *testing.T, cuts int, how string) (all int, answered map[string]bool, found map[string]int) {
	t.Helper()
	const seed = 17
	chance := rand.New(rand.NewPCG(seed, 0))
	folder := t.TempDir()
	disk := forgetful.Mount(t, folder)
	dir := filepath.Join(disk.Path(), "positions")
	answered = map[string]bool{}
	for k := range cuts {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), victim+"="+dir, how+"=1")
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		first, output := make(chan struct{}), make(chan []string)
		go func() {
			var said []string
			for lines := bufio.NewScanner(out); lines.Scan(); {
				if said = append(said, lines.Text()); len(said) == 1 {
					close(first)
				}
			}
			output <- said
		}()
		if k%5 != 4 { // else it may hit the child while it opens the stream
			select {
			case <-first:
			case said := <-output:
				t.Fatalf("the child of cut %d ended before it answered anything: %v, %v", k+1, said, child.Wait())
			}
		}
		time.Sleep(time.Duration(chance.IntN(250)) * time.Millisecond)
		var torn *rand.Rand
		if k%2 == 1 {
			torn = chance
		}
		if err := disk.Cut(torn, child.Process); err != nil {
			t.Fatal(err)
		}
		said := <-output
		for _, line := range said {
			if strings.Count(line, " ") == 1 {
				answered[line] = true
				all++
			}
		}
		for _, line := range said {
			if record, yes := strings.CutPrefix(line, "forget "); yes {
				delete(answered, record)
			}
		}
		_ = child.Wait()
	}
	s := open(t, Options{Dir: dir})
	if err := s.Append(t.Context(), numbered("last", 0, 1)); err != nil { // there may be nothing else
		t.Fatal(err)
	}
	found, _ = read(t, s, From{})
	s.Close() // before the disk is unmounted
	return all, answered, found
}

// compare counts what was answered and is not found, or more than once.
func compare(answered map[string]bool, found map[string]int) (lost, twice int) {
	for record := range answered {
		switch n := found[record]; {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	return lost, twice
}
