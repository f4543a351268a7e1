package live

import "time"

// aheadAtMost is how far a fix may lie ahead of the server's clock and be kept.
const aheadAtMost = 2 * time.Minute

// older tells whether the record is newer than what is shown. What is shown gives way
// also when it lies in a future that no clock gives any more: then the server's own
// was ahead when it came, and has been set right since.
func (e *entry) older(r Record) bool {
	return r.When().After(e.Fix.At) || e.Fix.At.After(r.Received.Add(aheadAtMost))
}

// seen is the unit as it is shown now. A device's clock may be ahead by a little, and
// the server's may have been: nothing is younger than new.
func (e *entry) seen(now time.Time) Seen {
	s := e.Seen
	if !now.IsZero() {
		s.Fix.At, s.Since = notAfter(s.Fix.At, now), notAfter(s.Since, now)
	}
	return s
}

func notAfter(a, b time.Time) time.Time {
	if a.After(b) {
		return b
	}
	return a
}

// steppedBack tells that the SOS is a new one though it seems to have arrived before
// the last one: the device says that it is, and the server's clock was set back since.
func (p *pressed) steppedBack(r Record) bool {
	return r.Received.Before(p.Latest) && !p.sentAt.IsZero() && r.Fix.At.After(p.sentAt)
}
