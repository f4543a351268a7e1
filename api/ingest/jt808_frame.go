package ingest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"sitmap/layers"
)

// A frame of JT/T 808 (2013: 4.4; 2019: 4.4) is a header, a body and the exclusive
// or of all their bytes, between two flags. Numbers are big-endian.

const (
	flag   = 0x7e
	escape = 0x7d // followed by 0x02 for a flag, by 0x01 for itself
	// mostBody is the bytes of a body without sub-packages: its length has ten bits.
	mostBody = 1<<10 - 1
	// mostFrame is the bytes between two flags, unescaped: the longest header, the
	// longest body and the check.
	mostFrame = 2 + 2 + 1 + 10 + 2 + 4 + mostBody + 1
)

// The bits of the header's attributes.
const (
	lengthBits    = 1<<10 - 1
	encryptedBits = 7 << 10
	partsBit      = 1 << 13
	versionBit    = 1 << 14 // since 2019
)

// errFrame is a frame that cannot be read. It is of kind layers.ErrInvalid.
var errFrame = fmt.Errorf("not a frame of JT/T 808: %w", layers.ErrInvalid)

// frame is one message, or one of the parts of a long one.
type frame struct {
	id        uint16
	later     bool   // of 2019 or later: ten bytes of telephone number, and a version
	version   byte   // of the protocol, since 2019
	phone     []byte // BCD
	serial    uint16
	encrypted bool
	parts     uint16 // 0 for a message in one piece
	part      uint16 // from 1
	body      []byte
}

// readFrame reads the bytes between the next two flags, unescaped, into the
// buffer. The error is errFrame, or that of the connection.
func readFrame(r *bufio.Reader, buffer []byte) ([]byte, error) {
	b, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	if b != flag {
		return nil, errFrame
	}
	buffer = buffer[:0]
	for {
		b, err := r.ReadByte()
		if err != nil {
			return nil, ended(err)
		}
		if b == flag {
			if len(buffer) > 0 {
				return buffer, nil
			}
			continue // as if something had ended that never began
		}
		if len(buffer) == mostFrame {
			return nil, errFrame
		}
		if b == escape {
			if b, err = r.ReadByte(); err != nil {
				return nil, ended(err)
			}
			if b != 1 && b != 2 {
				return nil, errFrame
			}
			b += escape - 1
		}
		buffer = append(buffer, b)
	}
}

// ended tells an end inside a frame from one between two.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseFrame reads what lies between two flags. The frame points into data.
func parseFrame(data []byte) (f frame, err error) {
	var sum byte
	for _, b := range data {
		sum ^= b
	}
	if len(data) < 4+6+2+1 || sum != 0 {
		return frame{}, errFrame
	}
	attributes := binary.BigEndian.Uint16(data[2:])
	f.id = binary.BigEndian.Uint16(data)
	f.encrypted = attributes&encryptedBits != 0
	rest, phone := data[4:len(data)-1], 6
	if attributes&versionBit != 0 {
		f.later, f.version, rest, phone = true, rest[0], rest[1:], 10
	}
	if len(rest) < phone+2 {
		return frame{}, errFrame
	}
	f.phone, rest = rest[:phone], rest[phone:]
	f.serial, rest = binary.BigEndian.Uint16(rest), rest[2:]
	if attributes&partsBit != 0 {
		if len(rest) < 4 {
			return frame{}, errFrame
		}
		f.parts, f.part, rest = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:]), rest[4:]
		if f.part == 0 || f.part > f.parts {
			return frame{}, errFrame
		}
	}
	if len(rest) != int(attributes&lengthBits) {
		return frame{}, errFrame
	}
	f.body = rest
	return f, nil
}

// append writes the frame with its flags.
func (f frame) append(to []byte) []byte {
	plain := make([]byte, 0, 4+1+10+2+4+len(f.body)+1)
	attributes := uint16(len(f.body))
	if f.later {
		attributes |= versionBit
	}
	if f.parts > 0 {
		attributes |= partsBit
	}
	plain = binary.BigEndian.AppendUint16(plain, f.id)
	plain = binary.BigEndian.AppendUint16(plain, attributes)
	if f.later {
		plain = append(plain, f.version)
	}
	plain = append(plain, f.phone...)
	plain = binary.BigEndian.AppendUint16(plain, f.serial)
	if f.parts > 0 {
		plain = binary.BigEndian.AppendUint16(plain, f.parts)
		plain = binary.BigEndian.AppendUint16(plain, f.part)
	}
	plain = append(plain, f.body...)
	var sum byte
	for _, b := range plain {
		sum ^= b
	}
	plain = append(plain, sum)
	to = append(to, flag)
	for _, b := range plain {
		switch b {
		case flag:
			to = append(to, escape, 2)
		case escape:
			to = append(to, escape, 1)
		default:
			to = append(to, b)
		}
	}
	return append(to, flag)
}
