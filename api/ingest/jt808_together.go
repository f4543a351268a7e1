package ingest

import (
	"bufio"
	"bytes"
	"context"

	"sitmap/layers/live"
)

const (
	// quietBuffer is what a connection holds of what its terminal says; one that says
	// more at once gets busyBuffer, as gateways do.
	quietBuffer, busyBuffer = 4 << 10, 64 << 10
	// mostTogether is how many messages wait for one answer of the receiver, and
	// mostFixes how many fixes: what comes then waits in the network.
	mostTogether, mostFixes = 2_000, 5_000
	// keptFixes is for how many fixes a connection keeps the room.
	keptFixes = 16
)

// together is locations of one connection that are judged and made durable together,
// because they were there together. So a gateway is not held up by the time that one
// write takes. The zero value is empty.
type together struct {
	source   live.Source
	fixes    []live.Fix
	messages []located
}

// located is a message of locations that waits for its answer.
type located struct {
	frame   frame // without its body
	serials []uint16
	fixes   int
	fault   bool
}

func (w *together) hasRoom() bool { return len(w.messages) < mostTogether && len(w.fixes) < mostFixes }

// hasFrame tells whether a whole frame, or something that is none, can be read without
// waiting for the terminal.
func hasFrame(r *bufio.Reader) bool {
	there, _ := r.Peek(r.Buffered())
	body := bytes.TrimLeft(there, "\x7e")
	return len(body) > 0 && (len(body) == len(there) || bytes.IndexByte(body, flag) >= 0)
}

// locate takes a location or a batch of them, to be answered by settle. What can be
// read of a batch is kept.
func (t *terminal) locate(ctx context.Context, f frame, source live.Source, unit string, serials []uint16) error {
	if source.ID != t.waiting.source.ID {
		if err := t.settle(ctx); err != nil {
			return err
		}
		t.waiting.source = source
	}
	var fixes []live.Fix
	var fault error
	if f.id == msgLocations {
		fixes, fault = readLocations(f.body, unit)
	} else {
		fix, located, err := readLocation(f.body, unit)
		if fault = err; err == nil && (located || fix.SOS) {
			fixes = []live.Fix{fix}
		}
	}
	f.phone, f.body = bytes.Clone(f.phone), nil
	t.waiting.fixes = append(t.waiting.fixes, fixes...)
	t.waiting.messages = append(t.waiting.messages, located{f, serials, len(fixes), fault != nil})
	return nil
}

// settle answers the locations that wait, when they are durable. An error ends the
// connection, and none of them is answered.
func (t *terminal) settle(ctx context.Context) error {
	waiting := t.waiting
	if len(waiting.messages) == 0 {
		return nil
	}
	t.waiting = together{source: waiting.source}
	if cap(waiting.fixes) <= keptFixes { // a terminal's next one needs no more
		t.waiting.fixes, t.waiting.messages = waiting.fixes[:0], waiting.messages[:0]
	}
	ctx, cancel := context.WithTimeout(ctx, receiveTimeout)
	defer cancel()
	verdicts, err := t.doors.Receive(ctx, JT808, waiting.source, waiting.fixes)
	if err != nil {
		return err
	}
	for _, m := range waiting.messages {
		result := byte(resultDone)
		if m.fault {
			t.doors.Counts.Refuse(JT808, ReasonMalformed)
			result = resultWrong
		}
		for _, v := range verdicts[:m.fixes] {
			if !v.Stored() && v != live.Known && v != live.OffShift && v != live.Alone {
				result = resultWrong
			}
		}
		verdicts = verdicts[m.fixes:]
		if err := t.answer(m.frame, result, m.serials...); err != nil {
			return err
		}
	}
	return nil
}
