package api

import (
	"net"
	"testing"
	"time"
)

// told is a connection that remembers which deadlines it was told.
type told struct {
	net.Conn
	reads []time.Time
}

func (c *told) SetReadDeadline(t time.Time) error {
	c.reads = append(c.reads, t)
	return nil
}

// Deadlines that creep ahead are told once a second; those that come nearer, end
// or jump are told at once.
func TestDeadlines(t *testing.T) {
	begin := time.Unix(1_000_000, 0)
	var c told
	patient := &patientConn{Conn: &c}
	for _, step := range []struct {
		after time.Duration
		told  bool
	}{
		{30 * time.Second, true},
		{30*time.Second + 10*time.Millisecond, false},
		{30*time.Second + 999*time.Millisecond, false},
		{31 * time.Second, true},
		{31*time.Second + time.Millisecond, false},
		{5 * time.Second, true}, // nearer
		{60 * time.Second, true},
	} {
		before := len(c.reads)
		if err := patient.SetReadDeadline(begin.Add(step.after)); err != nil {
			t.Fatal(err)
		}
		if told := len(c.reads) > before; told != step.told {
			t.Errorf("the deadline after %v: told %t, want %t", step.after, told, step.told)
		}
	}
	if err := patient.SetReadDeadline(time.Time{}); err != nil || !c.reads[len(c.reads)-1].IsZero() {
		t.Error("a deadline that ends must end")
	}
	if err := patient.SetReadDeadline(begin.Add(60 * time.Second)); err != nil || c.reads[len(c.reads)-1].IsZero() {
		t.Error("after none, one is told")
	}
}
