package ingest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"sitmap/layers/live"
)

// Each reports the processor's time of one fix, of the system's part too: first
// the decoders alone, then whole doors with a receiver that costs nothing.

// perFix gives what has to be called at the end.
func perFix(b *testing.B) func() {
	began := spent(b)
	return func() {
		b.ReportMetric(float64((spent(b)-began).Nanoseconds())/float64(b.N), "cpu-ns/fix")
	}
}

// spent is the processor's time of this program so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkReadOsmAnd(b *testing.B) {
	b.ReportAllocs()
	defer perFix(b)()
	for b.Loop() {
		if _, err := ReadOsmAnd("id=U1&lat=37.9283&lon=102.638&timestamp=1772323200&speed=10&bearing=90&altitude=1500&accuracy=12&batt=55", noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadOsmAndJSON(b *testing.B) {
	body := []byte(`{"location":{"timestamp":"2026-03-01T00:00:00.000Z","coords":{"latitude":37.9283,"longitude":102.638,"accuracy":12,"speed":10,"heading":90,"altitude":1500},"is_moving":true,"odometer":0,"event":"motionchange","battery":{"level":0.55,"is_charging":false},"activity":{"type":"on_foot"},"extras":{}},"device_id":"phone-a"}`)
	b.ReportAllocs()
	defer perFix(b)()
	for b.Loop() {
		if _, err := ReadOsmAndJSON(body, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadOwnTracks(b *testing.B) {
	body := []byte(place)
	b.ReportAllocs()
	defer perFix(b)()
	for b.Loop() {
		if _, err := ReadOwnTracks(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadJT808(b *testing.B) {
	message := say(msgLocation, 7, here(0))
	stream, r := bytes.NewReader(nil), bufio.NewReader(nil)
	var buffer []byte
	b.ReportAllocs()
	defer perFix(b)()
	for b.Loop() {
		stream.Reset(message)
		r.Reset(stream)
		var err error
		if buffer, err = readFrame(r, buffer); err != nil {
			b.Fatal(err)
		}
		f, err := parseFrame(buffer)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := readLocation(f.body, "U1"); err != nil {
			b.Fatal(err)
		}
	}
}

// free takes fixes at no cost.
type free struct{ *town }

func (free) Receive(_ context.Context, _ string, fixes []live.Fix) ([]live.Verdict, error) {
	verdicts := make([]live.Verdict, len(fixes))
	for i := range verdicts {
		verdicts[i] = live.Kept
	}
	return verdicts, nil
}

// BenchmarkJT808Door is fixes from 64 terminals at once, each waiting for its
// answer; the time is that of both ends on this machine.
func BenchmarkJT808Door(b *testing.B) {
	doors := newTown().doors()
	doors.Receiver = free{}
	address := open(b, doors.ServeJT808)
	message := say(msgLocation, 7, here(0))
	exchange(b, func() *device { return registered(b, address) }, message, 15)
}

// BenchmarkMQTTDoor is the same by MQTT with acknowledgement.
func BenchmarkMQTTDoor(b *testing.B) {
	doors := newTown().doors()
	doors.Receiver = free{}
	address := open(b, doors.ServeMQTT)
	var n int
	exchange(b, func() *device {
		n++
		p := connected(b, address, fmt.Sprint(n))
		return &device{b, p.conn, p.r}
	}, publish(1, 7, "owntracks/gateway/phone-a", place), 4)
}

// exchange sends the message over and over and awaits an answer of so many bytes
// or a few more.
func exchange(b *testing.B, connect func() *device, message []byte, answer int) {
	const clients = 64
	all := make([]*device, clients)
	for i := range all {
		all[i] = connect()
		_ = all[i].conn.SetReadDeadline(time.Now().Add(5 * time.Minute))
	}
	b.ReportAllocs()
	b.ResetTimer()
	end := perFix(b)
	var work sync.WaitGroup
	for i, d := range all {
		work.Go(func() {
			heard := make([]byte, 64)
			for k := i; k < b.N; k += clients {
				if _, err := d.conn.Write(message); err != nil {
					b.Error(err)
					return
				}
				for n := 0; n < answer; {
					got, err := d.conn.Read(heard)
					if err != nil {
						b.Error(err)
						return
					}
					n += got
				}
			}
		})
	}
	work.Wait()
	end()
	b.StopTimer()
	for _, d := range all {
		_ = d.conn.(*net.TCPConn).Close()
	}
}
