package live

// Carrying is the source that declares the device of that number; not ok where
// none does, or more than one.
func (g *Gate) Carrying(device string) (source Source, ok bool) {
	r := g.register.Load()
	if r == nil {
		return Source{}, false
	}
	for _, s := range r.sources {
		if _, carries := s.Devices[device]; carries {
			if ok {
				return Source{}, false
			}
			source, ok = s, true
		}
	}
	return source, ok
}
