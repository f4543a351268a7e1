package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/data/forgetful"
)

// TestPower cuts the power of the real program, its buffer and its database under
// load: what was answered is found afterwards, and a program that does not sync is
// found out.
func TestPower(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	cuts := 2
	if forgetful.Full() {
		cuts = 50
	}
	made := newTown(t)
	t.Run("NothingAnsweredIsLost", func(t *testing.T) {
		answered, lost, twice := cutPower(t, made, cuts, "synced")
		t.Logf("FAULT power-program cuts=%d answered=%d lost=%d twice=%d", cuts, answered, lost, twice)
		if lost+twice > 0 || answered == 0 {
			t.Errorf("of %d answered fixes %d are lost, %d are there twice", answered, lost, twice)
		}
	})
	t.Run("WhatIsNotSyncedIs", func(t *testing.T) {
		answered, lost, _ := cutPower(t, made, 1, "unsynced")
		t.Logf("FAULT power-program-unsynced cuts=1 answered=%d control_lost=%d", answered, lost)
		if lost == 0 {
			t.Errorf("none of %d that were answered before they were synced is lost: the test does not bite", answered)
		}
	})
}

// cutPower serves the town under load and cuts the power so often. Every second cut
// is torn; every fifth hits the program while it starts.
func cutPower(t *testing.T, made town, cuts int, how string) (answered, lost, twice int) {
	t.Helper()
	const seed = 23
	chance := rand.New(rand.NewPCG(seed, 0))
	folder := filepath.Join(pgtest.Dir(t), "disk")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	made.copyTo(t, folder)
	if how == "unsynced" {
		appendTo(t, filepath.Join(folder, "postgres", "data", "postgresql.auto.conf"), "fsync = off\nsynchronous_commit = off\n")
	}
	disk := forgetful.Mount(t, folder)
	s := newServer(t, made, disk.Path(), how)
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	s.send(ctx, &work)
	s.start()
	s.caughtUp()
	for k := range cuts {
		if k%5 == 4 {
			time.Sleep(time.Duration(chance.IntN(1500)) * time.Millisecond)
		} else {
			if k > 0 {
				s.caughtUp()
			}
			time.Sleep(time.Duration(100+chance.IntN(900)) * time.Millisecond)
			if k%3 == 2 { // the database writes its pages just now
				go s.checkpoint(ctx)
				time.Sleep(time.Duration(chance.IntN(200)) * time.Millisecond)
			}
		}
		var torn *rand.Rand
		if k%2 == 1 {
			torn = chance
		}
		if err := disk.Cut(torn); err != nil {
			t.Fatal(err)
		}
		sure := s.sure()
		<-s.ended
		s.start()
		if (k+1)%5 == 4 && k+1 < cuts {
			continue // what is answered now is looked for after the next cut
		}
		s.caughtUp()
		gone, double := s.missing(sure)
		if gone+double > 0 && how != "unsynced" {
			t.Errorf("after cut %d: of %d answered %d are lost, %d twice\n%s", k+1, len(sure), gone, double, s.said())
		}
		answered, lost, twice = len(sure), gone, twice+double
		if lost > 0 {
			break
		}
	}
	cancel()
	work.Wait()
	if how != "unsynced" {
		s.sound()
	}
	s.stop()
	return answered, lost, twice
}

// checkpoint asks the database to write what it holds, which it may not live to see.
func (s *server) checkpoint(ctx context.Context) {
	conn, err := pgx.Connect(ctx, s.url(embedded.Superuser))
	if err != nil {
		return
	}
	_, _ = conn.Exec(ctx, `checkpoint`)
	_ = conn.Close(ctx)
}

func appendTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}
