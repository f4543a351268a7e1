package mvt

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Dump is the text of layers for people and golden files: a line for each
// layer, feature, property and part of a geometry, in the tile's order, so
// that a difference points at itself.
//
//	layer "grid" version 2 extent 4096: 1 feature
//	feature 17 polygon
//	  code = "620602"
//	  exterior 0,0 10,0 10,10 0,10
//	  hole 2,2 2,8 8,8 8,2
//
// Values show their type: "text", true, 5 (an integer), 5u (an unsigned one),
// 0.5 (double), 0.5f (float). A feature without id shows "-".
func Dump(layers []Layer) string {
	var b strings.Builder
	for _, l := range layers {
		s := "s"
		if len(l.Features) == 1 {
			s = ""
		}
		fmt.Fprintf(&b, "layer %q version %d extent %d: %d feature%s\n", l.Name, l.Version, l.Extent, len(l.Features), s)
		for _, f := range l.Features {
			f.dump(&b)
		}
	}
	return b.String()
}

func (f Feature) dump(b *strings.Builder) {
	id := "-"
	if f.HasID {
		id = strconv.FormatUint(f.ID, 10)
	}
	fmt.Fprintf(b, "feature %s %s\n", id, f.Type)
	for _, p := range f.Properties {
		fmt.Fprintf(b, "  %s = %s\n", bare(p.Key), literal(p.Value))
	}
	if f.Shape.Points != nil {
		dumpPath(b, "at", f.Shape.Points)
	}
	for _, line := range f.Shape.Lines {
		dumpPath(b, "line", line)
	}
	for _, rings := range f.Shape.Polygons {
		for i, ring := range rings {
			dumpPath(b, map[bool]string{true: "exterior", false: "hole"}[i == 0], ring)
		}
	}
}

func dumpPath(b *strings.Builder, what string, path []XY) {
	b.WriteString("  " + what)
	for _, v := range path {
		fmt.Fprintf(b, " %d,%d", v[0], v[1])
	}
	b.WriteByte('\n')
}

// bare is a key without quotes where it can be read so.
func bare(key string) string {
	plain := key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return !(r == '_' || r == '-' || r == ':' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
	if plain {
		return key
	}
	return strconv.Quote(key)
}

func literal(value any) string {
	switch v := value.(type) {
	case string:
		return strconv.Quote(v)
	case uint64:
		return strconv.FormatUint(v, 10) + "u"
	case float64:
		return decimal(v, 64)
	case float32:
		return decimal(float64(v), 32) + "f"
	}
	return fmt.Sprint(value)
}

// decimal always shows that it is no integer.
func decimal(v float64, bits int) string {
	s := strconv.FormatFloat(v, 'g', -1, bits)
	if strings.ContainsAny(s, ".e") || math.IsInf(v, 0) || math.IsNaN(v) {
		return s
	}
	return s + ".0"
}
