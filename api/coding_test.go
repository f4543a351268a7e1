package api

import (
	"testing"

	"sitmap/tiles"
)

// The expected codings are read off RFC 9110 §12.5.3, whose examples the first
// rows are.
func TestCodings(t *testing.T) {
	for header, want := range map[string]tiles.Coding{
		"compress, gzip":                     tiles.Gzip,
		"":                                   tiles.Identity,
		"*":                                  tiles.Zstd,
		"compress;q=0.5, gzip;q=1.0":         tiles.Gzip,
		"gzip;q=1.0, identity; q=0.5, *;q=0": tiles.Gzip,

		"gzip, deflate, br":          tiles.Brotli,
		"gzip, deflate, br, zstd":    tiles.Zstd,
		"zstd;q=0.8, br;q=0.9, gzip": tiles.Gzip,
		"zstd;q=0.001, gzip;q=0":     tiles.Zstd,
		"identity, gzip":             tiles.Gzip,
		"identity, gzip;q=0.5":       tiles.Identity,
		"identity;q=0.2, gzip;q=0.5": tiles.Gzip,
		"gzip;q=0":                   tiles.Identity,
		"*;q=0":                      tiles.Identity, // rather than 406
		"identity;q=0":               tiles.Identity,
		"*;q=0, br;q=0.1":            tiles.Brotli,
		"*, zstd;q=0":                tiles.Brotli,
		"*;q=0.5, gzip":              tiles.Gzip,
		"GZIP":                       tiles.Gzip,
		"x-gzip":                     tiles.Gzip,
		" gzip ; q=1 ,":              tiles.Gzip,
		"gzip;Q=0.5":                 tiles.Gzip,
		"gzip;q=0.":                  tiles.Identity,
		"gzip;q=1.001":               tiles.Identity,
		"gzip;q=0.0001":              tiles.Identity,
		"gzip;q=2":                   tiles.Identity,
		"gzip;q=-1":                  tiles.Identity,
		"gzip;q=":                    tiles.Identity,
		"gzip;level=9":               tiles.Identity,
		"gzipped, brr":               tiles.Identity,
		",,;;,q=1":                   tiles.Identity,
	} {
		if got := readCodings([]byte(header)).best(byTaste[:]...); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestTagsAreFoundInALine(t *testing.T) {
	for header, want := range map[string]bool{
		`"a-gzip"`: true, `W/"a-gzip"`: true, ` "x" , "a-gzip"`: true, `"x",W/"a-gzip","y"`: true, `*`: true,
		"": false, `a-gzip`: false, `"a"`: false, `"a-gzip`: false, `w/"a-gzip"`: false, `"a-gzip-2"`: false, "**": false,
	} {
		if got := hasTag([]byte(header), []byte(`"a-gzip"`)); got != want {
			t.Errorf("%s: %t", header, got)
		}
	}
}

// Whatever the header, the choice is one that the client did not forbid, or
// the plain bytes.
func FuzzCodings(f *testing.F) {
	for _, seed := range []string{"gzip, deflate, br, zstd", "*;q=0.5, identity;q=0", "gzip;q=0.123,;,q=1", "br;q=1.000;x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		all := readCodings([]byte(header))
		for c, weight := range all {
			if weight < 0 || weight > 1000 {
				t.Errorf("%q: coding %d weighs %d", header, c, weight)
			}
		}
		if got := all.best(byTaste[:]...); got != tiles.Identity && all[got] == 0 {
			t.Errorf("%q: %s is forbidden", header, got)
		}
		hasTag([]byte(header), []byte(`"x"`))
	})
}
