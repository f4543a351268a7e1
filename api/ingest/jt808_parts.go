package ingest

import "time"

const (
	// mostMessage is the bytes of a body in sub-packages: a batch of a day of
	// positions each minute fits.
	mostMessage = 64 << 10
	// mostPending is how many messages of one connection wait for parts.
	mostPending = 4
	// partsTimeout is how long a message waits for its parts.
	partsTimeout = time.Minute
)

// parts puts messages in sub-packages together. The zero value is ready.
type parts struct {
	pending []*pending
}

// pending is a message of which parts are missing.
type pending struct {
	id, first uint16 // first: the serial number of the first part; those of the others follow it
	began     time.Time
	bodies    [][]byte // by part
	serials   []uint16 // of the parts that came, in that order
	bytes     int
}

// add takes a part. When it was the last that was missing, the message is whole,
// and serials are the numbers of all its parts. A part that does not fit is an
// error of kind layers.ErrInvalid.
func (p *parts) add(f frame, now time.Time) (whole frame, serials []uint16, err error) {
	first := f.serial - (f.part - 1)
	m := p.find(f.id, first, now)
	if m == nil {
		if int(f.parts) > mostMessage/64 {
			return frame{}, nil, errMessage
		}
		m = &pending{id: f.id, first: first, began: now, bodies: make([][]byte, f.parts)}
		if len(p.pending) == mostPending {
			p.pending = append(p.pending[:0], p.pending[1:]...)
		}
		p.pending = append(p.pending, m)
	}
	if int(f.parts) != len(m.bodies) {
		return frame{}, nil, errMessage
	}
	if m.bodies[f.part-1] == nil {
		if m.bytes += len(f.body); m.bytes > mostMessage {
			p.drop(m)
			return frame{}, nil, errMessage
		}
		m.bodies[f.part-1] = append(make([]byte, 0, len(f.body)), f.body...)
		m.serials = append(m.serials, f.serial)
	}
	if len(m.serials) < len(m.bodies) {
		return frame{}, nil, nil
	}
	p.drop(m)
	whole = f
	whole.parts, whole.part, whole.body = 0, 0, make([]byte, 0, m.bytes)
	for _, b := range m.bodies {
		whole.body = append(whole.body, b...)
	}
	return whole, m.serials, nil
}

// find is the message that waits, after those have gone that waited too long.
func (p *parts) find(id, first uint16, now time.Time) *pending {
	kept := p.pending[:0]
	var found *pending
	for _, m := range p.pending {
		if now.Sub(m.began) > partsTimeout {
			continue
		}
		kept = append(kept, m)
		if m.id == id && m.first == first {
			found = m
		}
	}
	clear(p.pending[len(kept):])
	p.pending = kept
	return found
}

func (p *parts) drop(gone *pending) {
	for i, m := range p.pending {
		if m == gone {
			p.pending = append(p.pending[:i], p.pending[i+1:]...)
			return
		}
	}
}
