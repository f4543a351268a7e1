package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/embedded"
	"sitmap/data/forgetful"
)

// TestDiskFull fills the disk of the real program, its buffer and its database, under
// load, until little is left and then nothing. Positions are refused clearly, the map
// is read on, and when there is room all goes on by itself, with nothing lost.
func TestDiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	made := newTown(t)
	disk := forgetful.MountSmall(t, 384<<20)
	made.copyTo(t, disk.Path())
	s := newServer(t, made, disk.Path(), "synced")
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	s.send(ctx, &work)
	s.start()
	s.caughtUp()
	times := 1
	if forgetful.Full() {
		times = 3
	}
	for range times {
		fill := func(left int64) {
			t.Helper()
			if err := disk.Fill(left); err != nil {
				t.Fatal(err)
			}
		}
		fill(32 << 20)
		s.refusesClearly()
		s.isRead()
		fill(0)
		if forgetful.Full() {
			s.exhaust(fill)
		}
		before := len(s.sure())
		time.Sleep(time.Second)
		s.isRead()
		if after := len(s.sure()); after != before {
			t.Errorf("on a full disk %d fixes are answered", after-before)
		}
		if err := disk.Free(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(2 * time.Minute); len(s.sure()) == before && time.Now().Before(end); {
			time.Sleep(50 * time.Millisecond)
		}
		s.caughtUp()
	}
	cancel()
	work.Wait()
	s.caughtUp()
	sure := s.sure()
	lost, twice := s.missing(sure)
	t.Logf("FAULT full-program times=%d answered=%d refused_requests=%d lost=%d twice=%d", times, len(sure), s.refused, lost, twice)
	if lost+twice > 0 {
		t.Errorf("of %d answered fixes %d are lost, %d are there twice\n%s", len(sure), lost, twice, s.said())
	}
	s.sound()
	s.stop()
}

// ask asks the running program, and gives its answer as status, headers and text.
func (s *server) ask(method, path, token, body string) (int, http.Header, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.address+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", path, err, s.said())
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// refusesClearly waits until a fix is refused, and looks at how.
func (s *server) refusesClearly() {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		f := s.fix(marker)
		body := fmt.Sprintf(`{"fixes":[{"unit":%q,"seq":%d,"at":%q,"lon":103,"lat":38}]}`, f.Unit, f.Seq, f.At.Format(time.RFC3339Nano))
		status, header, text := s.ask(http.MethodPost, "/api/positions", s.town.token, body)
		switch {
		case status == http.StatusServiceUnavailable:
			if header.Get("Retry-After") == "" || !strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") || strings.Contains(text, s.folder) {
				s.t.Errorf("a fix is refused with %v %s", header, text)
			}
			return
		case status != http.StatusOK:
			s.t.Fatalf("a fix is answered %d %s", status, text)
		case time.Now().After(end):
			s.t.Fatal("with little room left fixes are answered all the same")
		}
	}
}

// isRead asks for a tile and for the board.
func (s *server) isRead() {
	s.t.Helper()
	for _, path := range []string{"/tiles/unit/10/804/394.mvt", "/api/units"} {
		if status, _, text := s.ask(http.MethodGet, path, s.town.reader, ""); status != http.StatusOK {
			s.t.Errorf("%s is answered %d %.300s\n%s", path, status, text, s.said())
		}
	}
}

// exhaust lets the database write until it finds no room for its log and dies of it.
func (s *server) exhaust(fill func(left int64)) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		fill(0) // what it has freed as well
		conn, err := pgx.Connect(s.t.Context(), s.url(embedded.Superuser))
		if err != nil {
			return
		}
		_, err = conn.Exec(s.t.Context(), `select pg_logical_emit_message(false, 'full', repeat('x', 4000000))`)
		_ = conn.Close(context.WithoutCancel(s.t.Context()))
		if err != nil {
			s.t.Log("the database: ", err)
		}
	}
	s.t.Error("the database has found room for all it wrote")
}
