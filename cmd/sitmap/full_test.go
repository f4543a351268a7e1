package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/forgetful"
)

// The disk of the program, its buffer and its database fills under load, until little
// is left and then nothing. Positions are refused clearly, the map is read on, and
// when there is room all goes on by itself, with nothing lost.
func TestDiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	times := 1
	if forgetful.Full() {
		times = 5
	} else {
		t.Parallel()
	}
	v := newVictim(t)
	disk := forgetful.MountSmall(t, 384<<20)
	if out, err := exec.Command("cp", "--archive", v.folder+"/.", disk.Path()).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	v.moveTo(disk.Path())
	v.start(t)
	v.awaitReady(t)
	l := newLoad(t, v)
	v.written(t, l, time.Now())
	for range times {
		fill := func(left int64) {
			t.Helper()
			if err := disk.Fill(left); err != nil {
				t.Fatal(err)
			}
		}
		fill(32 << 20)
		v.refusesClearly(t)
		v.isRead(t)
		fill(0)
		if forgetful.Full() {
			v.exhaust(t, fill)
		}
		before := len(l.sure())
		time.Sleep(time.Second)
		v.isRead(t)
		if after := len(l.sure()); after != before {
			t.Errorf("on a full disk %d fixes are answered", after-before)
		}
		began := time.Now()
		if err := disk.Free(); err != nil {
			t.Fatal(err)
		}
		v.written(t, l, began)
	}
	l.end()
	v.sound(t)
	lost, twice := v.judge(t, l.fixes)
	t.Logf("FAULT full-program times=%d answered=%d sent_again=%d lost=%d twice=%d", times, len(l.fixes), l.refused, lost, twice)
}

// ask asks the victim, and gives its answer as status, headers and text.
func (v *victim) ask(t *testing.T, method, path, token, body string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+v.http+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("%s: %v\n%s", path, err, v.tail())
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// refusesClearly waits until a fix is refused, and looks at how.
func (v *victim) refusesClearly(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		at := where(0, 0)
		body := fmt.Sprintf(`{"fixes":[{"unit":%q,"at":%q,"lon":%v,"lat":%v}]}`, prober, time.Now().UTC().Format(time.RFC3339Nano), at[0], at[1])
		status, header, text := v.ask(t, http.MethodPost, "/api/positions", v.tokens["batch"], body)
		switch {
		case status == http.StatusServiceUnavailable:
			if header.Get("Retry-After") == "" || !strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") || strings.Contains(text, v.folder) {
				t.Errorf("a fix is refused with %v %s", header, text)
			}
			return
		case status != http.StatusOK:
			t.Fatalf("a fix is answered %d %s", status, text)
		case time.Now().After(end):
			t.Fatal("with little room left fixes are answered all the same")
		}
	}
}

// isRead asks for a tile and for the board.
func (v *victim) isRead(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/tiles/unit/10/803/395.mvt", "/api/units"} {
		if status, _, text := v.ask(t, http.MethodGet, path, v.tokens["chief"], ""); status != http.StatusOK {
			t.Errorf("%s is answered %d %.300s\n%s", path, status, text, v.tail())
		}
	}
}

// exhaust lets the database write until it finds no room for its log and dies of it.
func (v *victim) exhaust(t *testing.T, fill func(left int64)) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		fill(0) // what it has freed as well
		conn, err := pgx.Connect(t.Context(), v.admin())
		if err != nil {
			return
		}
		_, _ = conn.Exec(t.Context(), `select pg_logical_emit_message(false, 'full', repeat('x', 4000000))`)
		_ = conn.Close(context.WithoutCancel(t.Context()))
	}
	t.Error("the database has found room for all it wrote")
}
