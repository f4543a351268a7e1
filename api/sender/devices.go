package sender

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"sitmap/api/ingest"
	"sitmap/layers"
	"sitmap/layers/live"
)

// pool sends over connections that are kept for the next who sends. A connection
// that failed is not kept.
type pool[C interface{ Close() error }] struct {
	dial func(context.Context) (C, error)
	// send gives how many fixes got each verdict.
	send func(context.Context, C, []live.Fix) (map[string]int, error)
	idle chan C
}

const (
	keptOpen  = 64
	sendAgain = time.Second
	sendFor   = time.Minute // for one try
)

// Send sends the fixes until all are answered; see Sender.Send.
func (p *pool[C]) Send(ctx context.Context, fixes []live.Fix) (verdicts map[string]int, refused int, err error) {
	for {
		verdicts, err := p.once(ctx, fixes)
		switch {
		case err == nil:
			return verdicts, refused, nil
		case ctx.Err() != nil:
			return nil, refused, ctx.Err()
		case !errors.Is(err, layers.ErrUnavailable):
			return nil, refused, err
		}
		refused++
		select {
		case <-ctx.Done():
			return nil, refused, ctx.Err()
		case <-time.After(sendAgain):
		}
	}
}

func (p *pool[C]) once(ctx context.Context, fixes []live.Fix) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	var c C
	select {
	case c = <-p.idle:
	default:
		var err error
		if c, err = p.dial(ctx); err != nil {
			return nil, err
		}
	}
	verdicts, err := p.send(ctx, c, fixes)
	if err != nil {
		c.Close()
		return nil, err
	}
	select {
	case p.idle <- c:
	default:
		c.Close()
	}
	return verdicts, nil
}

// Close ends the connections that are kept.
func (p *pool[C]) Close() {
	for {
		select {
		case c := <-p.idle:
			c.Close()
		default:
			return
		}
	}
}

// Phones send by MQTT, as OwnTracks does. They are told that a fix was answered, and
// not how it was judged.
type Phones struct{ pool[*ingest.Phone] }

// NewPhones makes phones of that source, for the door at host:port.
func NewPhones(address, source, token string) *Phones {
	var n atomic.Int64
	return &Phones{pool[*ingest.Phone]{
		idle: make(chan *ingest.Phone, keptOpen),
		dial: func(ctx context.Context) (*ingest.Phone, error) {
			return ingest.DialMQTT(ctx, address, source, token, fmt.Sprintf("phones-%d", n.Add(1)))
		},
		send: func(ctx context.Context, p *ingest.Phone, fixes []live.Fix) (map[string]int, error) {
			return map[string]int{"acknowledged": len(fixes)}, p.Send(ctx, fixes)
		},
	}}
}

// Terminals send by JT/T 808 over a gateway's connections.
type Terminals struct{ pool[*ingest.Gateway] }

// NewTerminals makes terminals of a source, for the door at host:port: numbers are
// those of their telephones, by unit, as the source declares them.
func NewTerminals(address, token string, numbers map[string]uint64) *Terminals {
	return &Terminals{pool[*ingest.Gateway]{
		idle: make(chan *ingest.Gateway, keptOpen),
		dial: func(ctx context.Context) (*ingest.Gateway, error) { return ingest.DialJT808(ctx, address, token) },
		send: func(ctx context.Context, g *ingest.Gateway, fixes []live.Fix) (map[string]int, error) {
			phones := make([]uint64, len(fixes))
			for i, f := range fixes {
				phones[i] = numbers[f.Unit]
			}
			taken, err := g.Send(ctx, phones, fixes)
			verdicts := map[string]int{}
			for _, yes := range taken {
				if yes {
					verdicts["taken"]++
				} else {
					verdicts["refused"]++
				}
			}
			return verdicts, err
		},
	}}
}
