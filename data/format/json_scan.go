package format

import (
	"bufio"
	"fmt"
	"io"

	"sitmap/layers"
)

const (
	// maxDepth is how deep brackets may be nested in one feature. GeoJSON
	// itself needs eight.
	maxDepth = 64
	// maxFeatureBytes is the longest feature, as text.
	maxFeatureBytes = 64 << 20
	// maxMemberBytes is how much of a member beside the features is looked at.
	maxMemberBytes = 64 << 10
)

// scanner cuts a stream of JSON into values by its brackets and quotes alone.
// So a value that is wrong inside, such as a NaN, costs its own row and no
// other, and no value takes more memory than its limit.
type scanner struct {
	r     *bufio.Reader
	value []byte // of the last call of read
}

func newScanner(r io.Reader) *scanner { return &scanner{r: bufio.NewReaderSize(r, sniffed)} }

// peek is the next byte that is no white space; it stays unread. The record
// separator of RFC 8142 counts as white space.
func (s *scanner) peek() (byte, error) {
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0x1E {
			return c, s.r.UnreadByte()
		}
	}
}

// take reads the next byte that is no white space and requires it to be one
// of the wanted.
func (s *scanner) take(wanted string) (byte, error) {
	c, err := s.peek()
	if err != nil {
		return 0, ended(err)
	}
	for i := range len(wanted) {
		if wanted[i] == c {
			s.r.ReadByte() // cannot fail: the byte was just peeked at
			return c, nil
		}
	}
	return 0, fmt.Errorf("%q stands where one of %q belongs: %w", c, wanted, layers.ErrInvalid)
}

// read reads the next value into s.value, at most limit bytes of it. The fault
// says why the value cannot be used although its end was found; it is empty
// when it can.
func (s *scanner) read(limit int) (fault string, err error) {
	s.value = s.value[:0]
	first, err := s.peek()
	if err != nil {
		return "", ended(err)
	}
	if first == ',' || first == ':' || first == ']' || first == '}' {
		return "", fmt.Errorf("%q stands where a value belongs: %w", first, layers.ErrInvalid)
	}
	depth, quoted, long := 0, false, false
	for {
		c, err := s.r.ReadByte()
		if err == io.EOF && depth == 0 && !quoted {
			return fault, nil // a bare word at the very end
		}
		if err != nil {
			return "", ended(err)
		}
		if depth == 0 && !quoted && len(s.value) > 0 && endsWord(c) {
			return fault, s.r.UnreadByte()
		}
		if len(s.value) < limit {
			s.value = append(s.value, c)
		} else if !long {
			long, fault = true, fmt.Sprintf("is longer than %d bytes", limit)
		}
		switch {
		case quoted && c == '\\':
			next, err := s.r.ReadByte()
			if err != nil {
				return "", ended(err)
			}
			if len(s.value) < limit {
				s.value = append(s.value, next)
			}
		case c == '"':
			quoted = !quoted
			if !quoted && depth == 0 {
				return fault, nil
			}
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				fault = fmt.Sprintf("is nested more than %d brackets deep", maxDepth)
			}
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return fault, nil
			}
		}
	}
}

// endsWord reports whether a number, true, false or null ends before c.
func endsWord(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '\r', 0x1E, ',', ':', ']', '}', '{', '[', '"':
		return true
	}
	return false
}

// ended turns the end of the file inside a value into a fault of the file.
func ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file ends in the middle of it; it was cut off or is damaged: %w", layers.ErrInvalid)
	}
	return err
}
