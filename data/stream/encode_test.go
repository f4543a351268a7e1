package stream

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers/live"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 123456789, time.UTC)

// some are records of every kind, of two sources.
func some() []live.Record {
	nan := math.NaN()
	return []live.Record{
		{Source: "app", Verdict: live.Kept, Received: noon, Fix: live.Fix{Unit: "U620602S0001", Seq: 17, At: noon.Add(-3 * time.Second), Point: orb.Point{102.6380123, 37.929}, Speed: 1.5, Heading: 270, Accuracy: 4, Battery: 0.5}},
		{Source: "app", Verdict: live.Past, Received: noon, Fix: live.Fix{Unit: "甲", Seq: math.MaxUint64, At: noon.AddDate(-1, 0, 0), Point: orb.Point{-180, -90}, Speed: nan, Heading: nan, Accuracy: nan, Battery: nan, SOS: true}},
		{Source: "app", Verdict: live.OffShift, Received: noon, Fix: live.Fix{Unit: "U2", At: noon, Speed: nan, Heading: nan, Accuracy: nan, Battery: 0.25, SOS: true}},
		{Source: "app", Verdict: live.OffShift, Received: noon, Count: 70000},
		{Source: "dispatcher", Received: noon.Add(time.Millisecond), Act: live.Close, Note: "误报", Fix: live.Fix{Unit: "U2"}},
		{Source: "dispatcher", Received: noon.Add(time.Millisecond), Act: live.Acknowledge, About: "lost/3", Fix: live.Fix{Unit: "U2"}},
		{Source: "app", Received: noon.Add(time.Millisecond), Act: live.Raise, About: "leave/12", Note: "学校周边", Fix: live.Fix{Unit: "U1", At: noon.Add(-time.Second), Point: orb.Point{102.6380123, 37.929}}},
		{Received: noon.Add(time.Millisecond), Act: live.Escalate, Level: 2, Fix: live.Fix{Unit: "U2"}},
		{Source: "808", Verdict: live.Future, Received: noon.Add(time.Millisecond), Fix: live.Fix{Unit: "U3", At: noon.AddDate(1, 0, 0), Point: orb.Point{180, 90}, Speed: 0, Heading: 0, Accuracy: 0, Battery: 1}},
	}
}

// same compares records; unknown numbers are alike.
func same(a, b []live.Record) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

func TestRecordsComeBack(t *testing.T) {
	want := some()
	b := encode(nil, want)
	got, err := decode(b, nil)
	if err != nil || !same(got, want) {
		t.Fatalf("%v\n%+v\nwant\n%+v", err, got, want)
	}
	if n := len(encode(nil, want[:1])); n > 80 {
		t.Errorf("one fix takes %d bytes", n)
	}
	if got, err := decode(slices.Concat(b, encode(nil, want[8:])), nil); err != nil || len(got) != 10 {
		t.Errorf("two requests in a message: %d records, %v", len(got), err)
	}
	if got, err := decode(nil, nil); err != nil || got != nil {
		t.Errorf("an empty message: %v %v", got, err)
	}
}

// Any bit that is lost is noticed, and the frames before it are not lost.
func TestDamageIsNoticed(t *testing.T) {
	ends := map[int]int{} // records by the bytes of their whole frames
	for _, n := range []int{0, 4, 6, 7, 8} {
		ends[len(encode(nil, some()[:n]))] = n
	}
	b := encode(nil, some())
	for at := range b {
		for bit := range 8 {
			broken := bytes.Clone(b)
			broken[at] ^= 1 << bit
			got, err := decode(broken, nil)
			if !errors.Is(err, errDamaged) {
				t.Fatalf("byte %d, bit %d: %v", at, bit, err)
			}
			whole := 0
			for end, n := range ends {
				if end <= at {
					whole = max(whole, n)
				}
			}
			if len(got) != whole {
				t.Fatalf("byte %d: %d records before it, want %d", at, len(got), whole)
			}
		}
	}
	for n := range len(b) {
		if _, frame := ends[n]; frame {
			continue
		}
		if _, err := decode(b[:n], nil); err == nil {
			t.Errorf("%d of %d bytes are taken for the whole", n, len(b))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(nil, some()))
	f.Add([]byte{})
	f.Add([]byte("\xff\xff\xff\xff0000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = decode(b, nil)
		// Within a whole frame, whatever the checksum let through.
		records, err := decodeFrame(b, nil, &texts{})
		if err != nil || len(records) == 0 {
			return
		}
		again, err := decode(encode(nil, records), nil)
		if err != nil || !same(again, records) {
			t.Fatalf("%v\n%+v\nwant\n%+v", err, again, records)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	records := slices.Repeat(some()[:1], 500)
	var buffer []byte
	for b.Loop() {
		buffer = encode(buffer[:0], records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*500), "ns/fix")
	b.ReportMetric(float64(len(buffer))/500, "bytes/fix")
}
