package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"time"
	"unicode/utf8"

	"sitmap/layers"
	"sitmap/layers/live"
)

const (
	// mostFixes is how many fixes one request may hold.
	mostFixes = 5_000
	// shortFix is as few bytes as a fix usually has.
	shortFix = 96
)

// readFixes reads the body of /api/positions, as openapi.yaml describes it: the
// one body that comes by the thousand, so that it is read in one pass. What is
// refused here is refused by the description, and the other way round.
func readFixes(body []byte) ([]live.Fix, error) {
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("the body is not UTF-8: %w", layers.ErrInvalid)
	}
	j := &jsonScanner{rest: body}
	fixes := make([]live.Fix, 0, min(mostFixes, len(body)/shortFix+1))
	given := false
	err := j.object(func(name []byte) error {
		if string(name) != "fixes" {
			return layers.BadParameter(shown(string(name)), "there is no such member; want fixes")
		}
		if given {
			return layers.BadParameter("fixes", "is given twice")
		}
		given = true
		return j.array(func() error {
			if len(fixes) == mostFixes {
				return layers.BadParameter("fixes", "want %d at most", mostFixes)
			}
			f, err := j.fix(len(fixes))
			fixes = append(fixes, f)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	if j.space(); len(j.rest) > 0 {
		return nil, j.fault(body)
	}
	if len(fixes) == 0 {
		return nil, layers.BadParameter("fixes", "want 1 or more")
	}
	return fixes, nil
}

// The members of a fix, by bit, so that twice and missing are seen.
const (
	memberUnit = 1 << iota
	memberAt
	memberLon
	memberLat
	memberSeq
	memberSpeed
	memberHeading
	memberAccuracy
	memberBattery
	memberSOS
)

var fixMembers = [...]string{"unit", "at", "lon", "lat", "seq", "speed", "heading", "accuracy", "battery", "sos"}

// fixNeeds is how many of them a fix needs: the first ones.
const fixNeeds = 4

// memberBit is the bit of a member; 0 for none of that name.
func memberBit(name []byte) uint16 {
	for k, have := range &fixMembers {
		if string(name) == have {
			return 1 << k
		}
	}
	return 0
}

func (j *jsonScanner) fix(number int) (f live.Fix, err error) {
	nan := math.NaN()
	f.Speed, f.Heading, f.Accuracy, f.Battery = nan, nan, nan, nan
	var have uint16
	err = j.object(func(name []byte) error {
		bit := memberBit(name)
		if bit == 0 || have&bit != 0 {
			return badFix(number, shown(string(name)), "there is no such member, or it is given twice")
		}
		have |= bit
		return j.member(&f, bit, number)
	})
	for k := range fixNeeds {
		if err == nil && have&(1<<k) == 0 {
			err = badFix(number, fixMembers[k], "is missing")
		}
	}
	return f, err
}

func badFix(number int, name, want string) error {
	return layers.BadParameter(fmt.Sprintf("fixes.%d.%s", number, name), "%s", want)
}

// member reads the value of a member of a fix.
func (j *jsonScanner) member(f *live.Fix, bit uint16, number int) error {
	var into *float64
	switch bit {
	case memberUnit:
		unit, ok := j.text()
		if n := utf8.RuneCountInString(unit); !ok || n == 0 || n > 64 {
			return badFix(number, "unit", "want a text of 1 to 64 characters")
		}
		f.Unit = unit
		return nil
	case memberAt:
		j.space()
		text, ok := j.bytes()
		var at time.Time
		if !ok || at.UnmarshalText(text) != nil {
			return badFix(number, "at", "want an instant in RFC 3339, such as 2026-05-04T12:00:00Z")
		}
		f.At = at.UTC()
		return nil
	case memberSeq:
		token := j.number()
		seq, err := strconv.ParseUint(string(token), 10, 64)
		if err != nil {
			return badFix(number, "seq", "want a whole number of 0 or more")
		}
		f.Seq = seq
		return nil
	case memberSOS:
		switch {
		case j.word("true"):
			f.SOS = true
		case !j.word("false"):
			return badFix(number, "sos", "want true or false")
		}
		return nil
	case memberLon:
		into = &f.Point[0]
	case memberLat:
		into = &f.Point[1]
	case memberSpeed:
		into = &f.Speed
	case memberHeading:
		into = &f.Heading
	case memberAccuracy:
		into = &f.Accuracy
	case memberBattery:
		into = &f.Battery
	}
	v, err := strconv.ParseFloat(string(j.number()), 64)
	if err != nil {
		return badFix(number, fixMembers[bits.TrailingZeros16(bit)], "want a number")
	}
	*into = v
	return nil
}

// jsonScanner walks over JSON of a known shape.
type jsonScanner struct{ rest []byte }

func (j *jsonScanner) space() {
	for len(j.rest) > 0 && (j.rest[0] == ' ' || j.rest[0] == '\n' || j.rest[0] == '\t' || j.rest[0] == '\r') {
		j.rest = j.rest[1:]
	}
}

// take takes the byte when it is the next one.
func (j *jsonScanner) take(b byte) bool {
	j.space()
	if len(j.rest) == 0 || j.rest[0] != b {
		return false
	}
	j.rest = j.rest[1:]
	return true
}

func (j *jsonScanner) word(w string) bool {
	j.space()
	if !bytes.HasPrefix(j.rest, []byte(w)) {
		return false
	}
	j.rest = j.rest[len(w):]
	return true
}

var errNotJSON = fmt.Errorf("the body is not JSON as described: %w", layers.ErrInvalid)

func (j *jsonScanner) fault(body []byte) error {
	return fmt.Errorf("the body is not JSON as described (at byte %d): %w", len(body)-len(j.rest), layers.ErrInvalid)
}

// object calls member with the name of each member; member reads its value.
func (j *jsonScanner) object(member func(name []byte) error) error {
	if !j.take('{') {
		return errNotJSON
	}
	if j.take('}') {
		return nil
	}
	for {
		j.space()
		name, ok := j.bytes()
		if !ok || !j.take(':') {
			return errNotJSON
		}
		if err := member(name); err != nil {
			return err
		}
		if j.take('}') {
			return nil
		}
		if !j.take(',') {
			return errNotJSON
		}
	}
}

// array calls element for each element, which reads it.
func (j *jsonScanner) array(element func() error) error {
	if !j.take('[') {
		return errNotJSON
	}
	if j.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if j.take(']') {
			return nil
		}
		if !j.take(',') {
			return errNotJSON
		}
	}
}

// bytes reads a text; they are good until the body is.
func (j *jsonScanner) bytes() ([]byte, bool) {
	if len(j.rest) == 0 || j.rest[0] != '"' {
		return nil, false
	}
	plain := true
	for k := 1; k < len(j.rest); k++ {
		switch c := j.rest[k]; {
		case c == '\\':
			plain = false
			k++
		case c < ' ':
			return nil, false
		case c == '"':
			raw := j.rest[:k+1]
			j.rest = j.rest[k+1:]
			if plain {
				return raw[1:k], true
			}
			var text string
			err := json.Unmarshal(raw, &text)
			return []byte(text), err == nil
		}
	}
	return nil, false
}

func (j *jsonScanner) text() (string, bool) {
	j.space()
	b, ok := j.bytes()
	return string(b), ok
}

// number reads the characters of a number; nil when they are none, by the
// grammar of RFC 8259.
func (j *jsonScanner) number() []byte {
	j.space()
	b := j.rest
	k := 0
	digits := func() bool {
		from := k
		for k < len(b) && b[k] >= '0' && b[k] <= '9' {
			k++
		}
		return k > from
	}
	if k < len(b) && b[k] == '-' {
		k++
	}
	if k < len(b) && b[k] == '0' {
		k++
	} else if !digits() {
		return nil
	}
	if k < len(b) && b[k] == '.' {
		if k++; !digits() {
			return nil
		}
	}
	if k < len(b) && (b[k] == 'e' || b[k] == 'E') {
		if k++; k < len(b) && (b[k] == '+' || b[k] == '-') {
			k++
		}
		if !digits() {
			return nil
		}
	}
	j.rest = b[k:]
	return b[:k]
}
