package mvt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// wire is how the bytes of a protobuf field are laid out. Groups, the kinds 3
// and 4, were given up before vector tiles began.
//
// https://protobuf.dev/programming-guides/encoding/
type wire uint8

const (
	asVarint wire = 0
	as64     wire = 1
	asBytes  wire = 2
	as32     wire = 5
)

func (w wire) String() string {
	switch w {
	case asVarint:
		return "a varint"
	case as64:
		return "8 bytes"
	case asBytes:
		return "bytes with a length"
	case as32:
		return "4 bytes"
	}
	return fmt.Sprintf("wire type %d", uint8(w))
}

var errShort = errors.New("the bytes end inside a field")

// message is what is left of the bytes of a protobuf message.
type message []byte

// field reads the head of the next field.
func (m *message) field() (number uint64, kind wire, err error) {
	key, err := m.varint()
	if err != nil {
		return 0, 0, err
	}
	number, kind = key>>3, wire(key&7)
	if number == 0 || number > 1<<29-1 {
		return 0, 0, fmt.Errorf("no field has the number %d", number)
	}
	return number, kind, nil
}

// varint reads up to 64 bits, seven to a byte, the lowest first.
func (m *message) varint() (uint64, error) {
	v, n := binary.Uvarint(*m)
	if n == 0 {
		return 0, errShort
	}
	if n < 0 {
		return 0, errors.New("a varint is longer than 64 bits")
	}
	*m = (*m)[n:]
	return v, nil
}

// uint32 reads a varint that the schema keeps to 32 bits.
func (m *message) uint32() (uint32, error) {
	v, err := m.varint()
	if err != nil {
		return 0, err
	}
	if v > math.MaxUint32 {
		return 0, fmt.Errorf("%d does not fit into 32 bits", v)
	}
	return uint32(v), nil
}

// bytes reads a length and that many bytes, which stay part of the input.
func (m *message) bytes() ([]byte, error) {
	n, err := m.varint()
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

// text reads a string, which protobuf wants in UTF-8.
func (m *message) text() (string, error) {
	b, err := m.bytes()
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", errors.New("a string is not UTF-8")
	}
	return string(b), nil
}

func (m *message) take(n uint64) ([]byte, error) {
	if n > uint64(len(*m)) {
		return nil, errShort
	}
	b := (*m)[:n]
	*m = (*m)[n:]
	return b, nil
}

// skip passes over a field that the schema does not know.
func (m *message) skip(kind wire) (err error) {
	switch kind {
	case asVarint:
		_, err = m.varint()
	case as64:
		_, err = m.take(8)
	case asBytes:
		_, err = m.bytes()
	case as32:
		_, err = m.take(4)
	default:
		err = fmt.Errorf("%s does not exist in protobuf of today", kind)
	}
	return err
}

// rule is what the schema says about a field.
type rule struct {
	name string
	kind wire
	many bool // may stand more than once
}

// once keeps the fields of one message to the schema: the wire type is the
// one it names, and what is not repeated stands once. Protobuf itself lets
// the last of two win; a tile that needs that has two opinions.
type once struct {
	schema map[uint64]rule
	seen   uint16 // a bit for each field number; the schema's go to 15
}

// next reads a field's head. Fields without a rule are passed over, and next
// goes on; number 0 is the end.
func (o *once) next(m *message) (number uint64, err error) {
	for len(*m) > 0 {
		number, kind, err := m.field()
		if err != nil {
			return 0, err
		}
		r, known := o.schema[number]
		if !known {
			if err := m.skip(kind); err != nil {
				return 0, err
			}
			continue
		}
		if kind != r.kind {
			return 0, fmt.Errorf("the %s is written as %s instead of %s", r.name, kind, r.kind)
		}
		if !r.many && o.has(number) {
			return 0, fmt.Errorf("the %s stands there twice", r.name)
		}
		o.seen |= 1 << number
		return number, nil
	}
	return 0, nil
}

func (o *once) has(number uint64) bool { return o.seen&(1<<number) != 0 }
