package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"

	"sitmap/layers"
)

var (
	utf8Mark    = []byte{0xEF, 0xBB, 0xBF}
	utf16Little = []byte{0xFF, 0xFE}
	utf16Big    = []byte{0xFE, 0xFF}
)

// utf8Text gives the text of a file in UTF-8, without a byte order mark. Bytes
// that are not UTF-8 end it with an error of kind layers.ErrInvalid that names
// the line and says how to save the file.
func utf8Text(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, sniffed)
	head, err := b.Peek(len(utf8Mark))
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, utf8Mark):
		b.Discard(len(utf8Mark)) // cannot fail: these bytes are in the buffer
	case bytes.HasPrefix(head, utf16Little), bytes.HasPrefix(head, utf16Big):
		return nil, fmt.Errorf("the file is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8): %w", layers.ErrInvalid)
	}
	return &lineCounter{r: transform.NewReader(b, encoding.UTF8Validator), line: 1}, nil
}

// lineCounter knows in which line a fault of the encoding lies.
type lineCounter struct {
	r    io.Reader
	line int
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.line += bytes.Count(p[:n], []byte{'\n'})
	if errors.Is(err, encoding.ErrInvalidUTF8) {
		err = fmt.Errorf("line %d is not UTF-8, perhaps GBK as Chinese spreadsheets write it; save the file as UTF-8 (in Excel: CSV UTF-8): %w", c.line, layers.ErrInvalid)
	}
	return n, err
}

// meter lets a limited number of bytes pass until it is wound up again, so
// that one endless row cannot fill the memory.
type meter struct {
	r    io.Reader
	left int
}

var errMeter = errors.New("too many bytes in one row")

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errMeter
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}
