package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers/live"
)

// A message is frames, one after the other: length and CRC-32C of what follows,
// four bytes each, little-endian, then records of one source and one time of
// arrival. So the records of many requests share a message, which is written
// down once.
//
//	frame  = version, arrival (zigzag, ns since 1970), source, number of records, records
//	record = verdict, flags, and by its flags either a count, or
//	         what was done about an alarm: act, unit and note, and of one that a
//	         fence makes, or that is escalated, about, level, and of a new one
//	         time less arrival and place; or
//	         unit, seq, device time less arrival (zigzag, ns), battery
//	         and where there is a place: longitude, latitude (int32, 1e-7 degree),
//	         speed, heading, accuracy (float32)
//
// Numbers are varints, texts are length and bytes.
const frameVersion = 1

const (
	flagCount = 1 << iota
	flagSOS
	flagPlace
	flagAct
	flagAbout  // with flagAct
	flagsKnown = flagCount | flagSOS | flagPlace | flagAct | flagAbout
)

const (
	frameHead = 8
	// leastRecord is the bytes of the shortest record, so that a number of
	// records that cannot be true is refused before anything is made for it.
	leastRecord = 3
	// usualRecord is as few bytes as a fix usually takes.
	usualRecord = 40
	degree      = 1e7
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = errors.New("damaged message")

// Encoded is a record as a message holds it.
func Encoded(r live.Record) []byte { return encode(nil, []live.Record{r}) }

// encode adds the records to b, in frames.
func encode(b []byte, records []live.Record) []byte {
	for len(records) > 0 {
		n := 1
		for n < len(records) && records[n].Source == records[0].Source && records[n].Received.Equal(records[0].Received) {
			n++
		}
		b = encodeFrame(b, records[:n])
		records = records[n:]
	}
	return b
}

func encodeFrame(b []byte, records []live.Record) []byte {
	head := len(b)
	b = append(b, make([]byte, frameHead)...)
	b = append(b, frameVersion)
	arrival := records[0].Received.UnixNano()
	b = binary.AppendVarint(b, arrival)
	b = appendText(b, records[0].Source)
	b = binary.AppendUvarint(b, uint64(len(records)))
	for _, r := range records {
		b = appendRecord(b, r, arrival)
	}
	body := b[head+frameHead:]
	binary.LittleEndian.PutUint32(b[head:], uint32(len(body)))
	binary.LittleEndian.PutUint32(b[head+4:], crc32.Checksum(body, castagnoli))
	return b
}

func appendRecord(b []byte, r live.Record, arrival int64) []byte {
	if r.Count > 0 {
		b = append(b, byte(r.Verdict), flagCount)
		return binary.AppendUvarint(b, uint64(r.Count))
	}
	if r.Act != 0 {
		return appendAct(b, r, arrival)
	}
	var flags byte
	if r.Fix.SOS {
		flags |= flagSOS
	}
	if r.Verdict.Stored() {
		flags |= flagPlace
	}
	b = append(b, byte(r.Verdict), flags)
	b = appendText(b, r.Fix.Unit)
	b = binary.AppendUvarint(b, r.Fix.Seq)
	b = binary.AppendVarint(b, r.Fix.At.UnixNano()-arrival)
	b = appendFloat(b, r.Fix.Battery)
	if flags&flagPlace == 0 {
		return b
	}
	b = appendPoint(b, r.Fix.Point)
	for _, v := range []float64{r.Fix.Speed, r.Fix.Heading, r.Fix.Accuracy} {
		b = appendFloat(b, v)
	}
	return b
}

func appendAct(b []byte, r live.Record, arrival int64) []byte {
	about := r.About != "" || r.Act >= live.Raise
	flags := byte(flagAct)
	if about {
		flags |= flagAbout
	}
	b = appendText(appendText(append(b, byte(r.Verdict), flags, byte(r.Act)), r.Fix.Unit), r.Note)
	if !about {
		return b
	}
	b = append(appendText(b, r.About), byte(r.Level))
	if r.Act == live.Raise {
		b = appendPoint(binary.AppendVarint(b, r.Fix.At.UnixNano()-arrival), r.Fix.Point)
	}
	return b
}

func appendPoint(b []byte, p orb.Point) []byte {
	for _, degrees := range p {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(degrees*degree))))
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFloat(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
}

// decode reads a message. A damaged one gives the records of its whole frames
// before the damage, and an error. texts, unless nil, are known texts, so that a
// unit's name is one text in all of its records.
func decode(b []byte, texts *texts) ([]live.Record, error) {
	var records []live.Record
	if len(b) > 0 {
		records = make([]live.Record, 0, len(b)/usualRecord+1)
	}
	for len(b) > 0 {
		if len(b) < frameHead {
			return records, fmt.Errorf("%d bytes where a frame begins: %w", len(b), errDamaged)
		}
		length, sum := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		if uint64(length) > uint64(len(b)-frameHead) {
			return records, fmt.Errorf("a frame of %d bytes in %d: %w", length, len(b)-frameHead, errDamaged)
		}
		body := b[frameHead : frameHead+int(length)]
		if crc32.Checksum(body, castagnoli) != sum {
			return records, fmt.Errorf("a frame's checksum: %w", errDamaged)
		}
		whole, err := decodeFrame(body, records, texts)
		if err != nil {
			return records, err
		}
		records, b = whole, b[frameHead+int(length):]
	}
	return records, nil
}

// scanner reads a frame; after the first fault everything is zero.
type scanner struct {
	rest  []byte
	fault bool
	texts *texts
}

func decodeFrame(body []byte, to []live.Record, texts *texts) ([]live.Record, error) {
	s := &scanner{rest: body, texts: texts}
	if version := s.byte(); version != frameVersion {
		return nil, fmt.Errorf("a frame of version %d, want %d: %w", version, frameVersion, errDamaged)
	}
	arrival := s.varint()
	source := s.text()
	n := s.uvarint()
	if n > uint64(len(s.rest)/leastRecord) {
		return nil, fmt.Errorf("a frame of %d records in %d bytes: %w", n, len(s.rest), errDamaged)
	}
	received := time.Unix(0, arrival).UTC()
	for range n {
		r := live.Record{Source: source, Received: received}
		s.record(&r, arrival)
		if s.fault {
			break
		}
		to = append(to, r)
	}
	if s.fault || len(s.rest) > 0 {
		return nil, fmt.Errorf("a frame that is not as it should be: %w", errDamaged)
	}
	return to, nil
}

func (s *scanner) record(r *live.Record, arrival int64) {
	r.Verdict = live.Verdict(s.byte())
	flags := s.byte()
	if flags&^flagsKnown != 0 {
		s.fault = true
	}
	if flags&flagCount != 0 {
		count := s.uvarint()
		s.fault = s.fault || count == 0 || count > math.MaxInt32 || flags != flagCount
		r.Count = int(count)
		return
	}
	if flags&flagAct != 0 {
		r.Act = live.Act(s.byte())
		about := flags&flagAbout != 0
		s.fault = s.fault || r.Act == 0 || flags&^flagAbout != flagAct || r.Act >= live.Raise && !about
		r.Fix.Unit, r.Note = s.text(), s.text()
		if about {
			s.about(r, arrival)
		}
		return
	}
	s.fault = s.fault || flags&flagAbout != 0
	r.Fix.SOS = flags&flagSOS != 0
	r.Fix.Unit = s.text()
	r.Fix.Seq = s.uvarint()
	r.Fix.At = time.Unix(0, arrival+s.varint()).UTC()
	r.Fix.Battery = s.float()
	if place := flags&flagPlace != 0; place != r.Verdict.Stored() {
		s.fault = true
	} else if !place {
		r.Fix.Speed, r.Fix.Heading, r.Fix.Accuracy = math.NaN(), math.NaN(), math.NaN()
		return
	}
	r.Fix.Point = s.point()
	r.Fix.Speed, r.Fix.Heading, r.Fix.Accuracy = s.float(), s.float(), s.float()
}

// about reads what of an alarm only fences and escalation know.
func (s *scanner) about(r *live.Record, arrival int64) {
	r.About, r.Level = s.text(), int(s.byte())
	s.fault = s.fault || r.About == "" && r.Act < live.Raise
	if r.Act == live.Raise {
		r.Fix.At = time.Unix(0, arrival+s.varint()).UTC()
		r.Fix.Point = s.point()
	}
}

func (s *scanner) point() orb.Point {
	return orb.Point{float64(int32(s.uint32())) / degree, float64(int32(s.uint32())) / degree}
}

// take gives the next n bytes.
func (s *scanner) take(n uint64) []byte {
	if s.fault || n > uint64(len(s.rest)) {
		s.fault = true
		return nil
	}
	b := s.rest[:n]
	s.rest = s.rest[n:]
	return b
}

func (s *scanner) byte() byte {
	if b := s.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (s *scanner) uint32() uint32 {
	if b := s.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (s *scanner) float() float64 { return float64(math.Float32frombits(s.uint32())) }

func (s *scanner) text() string { return s.texts.of(s.take(s.uvarint())) }

// texts are texts that come again and again.
type texts struct{ known map[string]string }

// mostTexts is how many are kept; there are not that many units.
const mostTexts = 100_000

func (t *texts) of(b []byte) string {
	if t == nil {
		return string(b)
	}
	if text, ok := t.known[string(b)]; ok {
		return text
	}
	if len(t.known) >= mostTexts || t.known == nil {
		t.known = map[string]string{}
	}
	text := string(b)
	t.known[text] = text
	return text
}

func (s *scanner) uvarint() uint64 {
	v, n := binary.Uvarint(s.rest)
	if s.take(uint64(max(n, 0))); n <= 0 {
		s.fault = true
		return 0
	}
	return v
}

func (s *scanner) varint() int64 {
	v, n := binary.Varint(s.rest)
	if s.take(uint64(max(n, 0))); n <= 0 {
		s.fault = true
		return 0
	}
	return v
}
