package ingest

import (
	"context"
	"sync"
	"time"
)

// A terminal whose code has run out, or that nobody has declared yet, may be in real
// need. So a call for help is passed on though its sender proved nothing, flagged as
// that, without its place, and shown to those alone who answer for the whole city. What
// strangers can do with that is bounded.
const (
	// cryPause is between two calls of the same name.
	cryPause = time.Minute
	// cryWindow is the time in which one address may call under mostNames names, and
	// all of them together mostCries times.
	cryWindow = time.Hour
	mostNames = 5
	mostCries = 30
)

// cries bounds the calls of those who proved nothing. The zero value is ready.
type cries struct {
	mu     sync.Mutex
	recent []cry // within cryWindow, the oldest first
}

type cry struct {
	at            time.Time
	address, name string
}

// admit tells whether the call is passed on, and counts it then.
func (c *cries) admit(address, name string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.recent) > 0 && now.Sub(c.recent[0].at) >= cryWindow {
		c.recent = c.recent[1:]
	}
	names := map[string]bool{name: true}
	for _, one := range c.recent {
		if one.name == name && now.Sub(one.at) < cryPause {
			return false
		}
		if one.address == address {
			names[one.name] = true
		}
	}
	if len(c.recent) >= mostCries || len(names) > mostNames {
		return false
	}
	c.recent = append(c.recent, cry{now, address, name})
	return true
}

// cry passes on a call for help by somebody at the address who proved nothing.
func (d *Doors) cry(ctx context.Context, by Protocol, address, name string) {
	if d.Cry == nil || !d.cries.admit(address, name, time.Now()) {
		return
	}
	if err := d.Cry(ctx, string(by)+":"+name); err != nil {
		d.Log.Warn("a call for help of somebody unknown is not durable", "protocol", by, "error", err)
	}
}
