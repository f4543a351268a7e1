package mvt

// Encode writes layers as a tile of version 2.1; layers without features are left
// out. It is the inverse of Decode for what the writers of this program make:
// properties are of the types that AppendValue knows, and int64 values that are not
// negative come back as uint64. Equal layers give equal bytes.
func Encode(layers ...Layer) []byte {
	var b []byte
	for _, l := range layers {
		if len(l.Features) > 0 {
			b = appendMessage(b, TileLayer, l.encode())
		}
	}
	return b
}

func appendMessage(b []byte, key byte, message []byte) []byte {
	b = AppendVarint(append(b, key), uint64(len(message)))
	return append(b, message...)
}

func (l Layer) encode() []byte {
	b := append([]byte(nil), LayerVersion, 2)
	b = appendMessage(b, LayerName, []byte(l.Name))
	keys, values := words{}, words{}
	for _, f := range l.Features {
		b = appendMessage(b, LayerFeature, f.encode(&keys, &values))
	}
	for _, k := range keys.all {
		b = appendMessage(b, LayerKey, []byte(k))
	}
	for _, v := range values.all {
		b = appendMessage(b, LayerValue, []byte(v))
	}
	return AppendVarint(append(b, LayerExtent), uint64(l.Extent))
}

// words numbers texts in the order in which they come.
type words struct {
	all    []string
	number map[string]uint64
}

func (w *words) of(text string) uint64 {
	n, ok := w.number[text]
	if !ok {
		if w.number == nil {
			w.number = map[string]uint64{}
		}
		n = uint64(len(w.all))
		w.number[text], w.all = n, append(w.all, text)
	}
	return n
}

func (f Feature) encode(keys, values *words) []byte {
	var b, tags []byte
	if f.HasID {
		b = AppendVarint(append(b, FeatureID), f.ID)
	}
	for _, p := range f.Properties {
		tags = AppendVarint(tags, keys.of(p.Key))
		tags = AppendVarint(tags, values.of(string(AppendValue(nil, p.Value))))
	}
	if len(tags) > 0 {
		b = appendMessage(b, FeatureTags, tags)
	}
	b = append(b, FeatureType, byte(f.Type))
	return appendMessage(b, FeatureGeometry, f.Shape.encode())
}

// stroke writes the commands of one geometry.
type stroke struct {
	b  []byte
	at XY
}

func (s *stroke) command(command, count int) {
	s.b = AppendVarint(s.b, uint64(Command(uint32(command), uint32(count))))
}

func (s *stroke) to(p XY) {
	for i := range p {
		s.b = AppendVarint(s.b, uint64(Zigzag(int32(p[i]-s.at[i]))))
	}
	s.at = p
}

func (s *stroke) path(points []XY, closed bool) {
	s.command(MoveTo, 1)
	s.to(points[0])
	s.command(LineTo, len(points)-1)
	for _, p := range points[1:] {
		s.to(p)
	}
	if closed {
		s.command(ClosePath, 1)
	}
}

func (s Shape) encode() []byte {
	var d stroke
	if len(s.Points) > 0 {
		d.command(MoveTo, len(s.Points))
		for _, p := range s.Points {
			d.to(p)
		}
	}
	for _, line := range s.Lines {
		d.path(line, false)
	}
	for _, rings := range s.Polygons {
		for _, ring := range rings {
			d.path(ring, true)
		}
	}
	return d.b
}
