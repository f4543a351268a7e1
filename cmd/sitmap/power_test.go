package main

import (
	"context"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/embedded"
	"sitmap/data/forgetful"
)

// unsynced is the environment variable that lets the program answer before it has
// synced.
const unsynced = "SITMAP_TEST_UNSYNCED"

func init() { answersUnsynced = os.Getenv(unsynced) != "" }

// Power cuts under load, at random moments, lose nothing that was answered, neither
// in the buffer nor in the database, and leave stays, counts and cursor right.
func TestNothingIsLostByPowerCuts(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	cuts := 2
	if forgetful.Full() {
		cuts = 50
	} else {
		t.Parallel()
	}
	v := newVictim(t)
	disk := forgetful.Mount(t, v.folder)
	v.moveTo(disk.Path())
	v.start(t)
	v.awaitReady(t)
	l := newLoad(t, v)
	v.cutPower(t, l, disk, cuts)
	l.end()
	v.sound(t)
	lost, twice := v.judge(t, l.fixes)
	t.Logf("FAULT power-program cuts=%d answered=%d lost=%d twice=%d", cuts, len(l.fixes), lost, twice)
}

// The same with a buffer and a database that sync when they like shows the loss, or
// else the test would not show one of ours.
func TestPowerCutsShowWhatIsNotSynced(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	if !forgetful.Full() {
		t.Parallel()
	}
	v := newVictim(t)
	conf, err := os.OpenFile(filepath.Join(v.cluster, "data", "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = conf.WriteString("fsync = off\nsynchronous_commit = off\n")
		conf.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	disk := forgetful.Mount(t, v.folder)
	v.moveTo(disk.Path())
	v.environment = []string{unsynced + "=1"}
	v.start(t)
	v.awaitReady(t)
	l := newLoad(t, v)
	for end := time.Now().Add(time.Minute); len(l.sure()) < 200 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	if err := disk.Cut(nil, v.process.Process); err != nil {
		t.Fatal(err)
	}
	sure := l.sure()
	<-v.exited
	began := time.Now()
	v.start(t)
	v.written(t, l, began)
	lost, _ := v.compare(t, sure)
	t.Logf("FAULT power-program-unsynced cuts=1 answered=%d control_lost=%d", len(sure), lost)
	if lost == 0 {
		t.Errorf("none of %d that were answered before they were synced is lost: the test does not bite", len(sure))
	}
}

// cutPower cuts the power so often. Every second cut is torn, every fifth hits the
// program while it starts, and some the database while it writes its pages.
func (v *victim) cutPower(t *testing.T, l *load, disk *forgetful.Disk, cuts int) {
	t.Helper()
	const seed = 23
	chance := rand.New(rand.NewPCG(seed, 0))
	moment := func(most int) { time.Sleep(time.Duration(chance.IntN(most)) * time.Millisecond) }
	for k := range cuts {
		starting := k%5 == 4
		if starting {
			moment(1500)
		} else if moment(1000); k%3 == 2 {
			go v.checkpoint(t.Context())
			moment(200)
		}
		var torn *rand.Rand
		if k%2 == 1 {
			torn = chance
		}
		if err := disk.Cut(torn, v.process.Process); err != nil {
			t.Fatal(err)
		}
		sure := l.sure()
		<-v.exited
		began := time.Now()
		v.start(t)
		if (k+1)%5 == 4 && k+1 < cuts {
			continue // what is answered by now is looked for after the next cut
		}
		v.written(t, l, began)
		lost, twice := v.compare(t, sure)
		if lost+twice > 0 {
			t.Fatalf("after cut %d of %d answered fixes %d are lost, %d are there twice:\n%s", k+1, len(sure), lost, twice, v.tail())
		}
		if k%10 == 9 {
			t.Logf("%d cuts, %d answered", k+1, len(sure))
		}
	}
}

// moveTo says that the victim's folder lies elsewhere now.
func (v *victim) moveTo(folder string) {
	v.cluster = filepath.Join(folder, "postgres")
	v.database = strings.ReplaceAll(v.database, url.QueryEscape(v.folder), url.QueryEscape(folder))
	v.folder = folder
}

// written waits until a fix that was sent after that moment is in the database: then
// all is there that was answered before it, or never will be.
func (v *victim) written(t *testing.T, l *load, since time.Time) {
	t.Helper()
	if _, ok := l.answeredSince(since, 2*time.Minute); !ok {
		t.Fatalf("nothing is answered any more:\n%s", v.tail())
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if there, err := query[bool](t.Context(), v, `select exists (select from position where unit = $1 and at > $2)`, prober, since); err == nil && there {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("nothing is written any more:\n%s", v.tail())
		}
	}
}

// sure is what is answered by now.
func (l *load) sure() []answered {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.fixes)
}

// admin is the database's URL for the superuser.
func (v *victim) admin() string {
	return strings.Replace(v.database, "user="+embedded.Role, "user="+embedded.Superuser, 1)
}

// checkpoint asks the database to write what it holds, which it may not live to see.
func (v *victim) checkpoint(ctx context.Context) {
	conn, err := pgx.Connect(ctx, v.admin())
	if err != nil {
		return
	}
	_, _ = conn.Exec(ctx, `checkpoint`)
	_ = conn.Close(ctx)
}

// sound lets pg_amcheck look at every table and index.
func (v *victim) sound(t *testing.T) {
	t.Helper()
	binaries, err := embedded.FindBinaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), binaries.Path("pg_amcheck"), "--install-missing", "--heapallindexed", "--parent-check",
		"--host", filepath.Join(v.cluster, "run"), "--username", embedded.Superuser, "--database", embedded.Database).CombinedOutput()
	if err != nil {
		t.Errorf("pg_amcheck: %v\n%s", err, out)
	}
}
