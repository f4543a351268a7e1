package stream

import (
	"slices"
	"sync"

	"sitmap/layers/live"
)

// keptDecoded is how many of the last messages are kept decoded: all who follow
// the stream want the same ones, and nearly at the same time.
const keptDecoded = 8

// decoded keeps the records of the last messages. It is safe for concurrent use.
type decoded struct {
	mu    sync.Mutex
	texts texts
	last  [keptDecoded]message
	next  int
}

// message is a message's records, and what was wrong with it.
type message struct {
	number  uint64
	records []live.Record
	err     error
}

// records are those of the message of that number; whoever takes them leaves them
// as they are.
func (d *decoded) records(number uint64, body []byte) ([]live.Record, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range d.last {
		if m := &d.last[k]; m.number == number {
			return m.records, m.err
		}
	}
	records, err := decode(body, &d.texts)
	m := message{number, slices.Clip(records), err}
	d.last[d.next%keptDecoded] = m
	d.next++
	return m.records, m.err
}
