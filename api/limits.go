package api

import (
	"fmt"
	"time"

	"sitmap/layers"
)

const (
	maxBody = 1 << 20 // bytes of a request body
	maxHead = 16 << 10
	// sendAtOnce is how many bytes leave with one call to the system: the
	// headers and most tiles. Each open connection holds as much.
	sendAtOnce = 32 << 10
	maxDepth   = 64 // nesting of a JSON body
	// maxReport is the bytes of what one device says at once.
	maxReport = 64 << 10
	maxOpen   = 20_000
	// How long a request may take to arrive, and the next one to begin. They are
	// the same, so that the deadline of a busy connection only moves ahead; see
	// patientConn.
	readTimeout  = 30 * time.Second
	idleTimeout  = readTimeout
	writeTimeout = 2 * time.Minute // a long page of features over a slow line
	// queueTimeout is how long a request waits for a free seat before it is
	// told to come back.
	queueTimeout = 2 * time.Second
	retryAfter   = 5 * time.Second
	// shutdownTimeout is how long open requests may go on after the end was
	// ordered.
	shutdownTimeout = 10 * time.Second
)

// class is what the routes of one tag may use.
type class struct {
	timeout time.Duration // for the whole answer
	seats   int           // answered at the same time
}

// classes has an entry for each tag of openapi.yaml.
var classes = map[string]class{
	"health":   {timeout: 3 * time.Second, seats: 64},
	"account":  {timeout: 20 * time.Second, seats: 64},
	"map":      {timeout: 20 * time.Second, seats: 256},
	"counts":   {timeout: 20 * time.Second, seats: 64},
	"basemap":  {timeout: 15 * time.Second, seats: 128}, // apart, so that a slow service holds up nothing else
	"ogc":      {timeout: 60 * time.Second, seats: 64},
	"live":     {timeout: 20 * time.Second, seats: 2048}, // most of them wait for the disk
	"replay":   {timeout: 90 * time.Second, seats: 8},    // a day of thousands of units
	"imports":  {timeout: 10 * time.Second, seats: 16},
	"release":  {timeout: time.Minute, seats: 2}, // what it works out takes long
	"contract": {timeout: 10 * time.Second, seats: 512},
}

// gate lets so many requests of a class work at once, so that too many of
// them become refusals and not a slow server for everybody.
type gate chan struct{}

// enter waits for a seat, which the request keeps until it is released.
func (g gate) enter(r *request) error {
	select {
	case g <- struct{}{}:
	default: // and no timer while there are seats
		wait := time.NewTimer(queueTimeout)
		defer wait.Stop()
		select {
		case g <- struct{}{}:
		case <-wait.C:
			return fmt.Errorf("too many requests at once: %w", layers.ErrUnavailable)
		}
	}
	end := r.release
	r.release = func() {
		end()
		<-g
	}
	return nil
}

// gates makes one gate for each class.
func gates() map[string]gate {
	all := make(map[string]gate, len(classes))
	for tag, c := range classes {
		all[tag] = make(gate, c.seats)
	}
	return all
}
