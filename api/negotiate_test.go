package api

import (
	"strings"
	"testing"
)

// RFC 9110, section 12.5.1: the most precise range counts, q=0 forbids.
func TestAcceptable(t *testing.T) {
	for header, want := range map[string]bool{
		"":                                      true,
		"application/json":                      true,
		"Application/JSON; charset=utf-8":       true,
		"application/*":                         true,
		"*/*;q=0.1":                             true,
		"text/html":                             false,
		"application/json;q=0":                  false,
		"*/*, application/json;q=0":             false,
		"*/*;q=0, application/json":             true,
		"text/html, application/json;v=1;q=0.2": true,
		"application/json;q=x":                  false,
		"application/json;q=NaN":                false,
		",,":                                    false,
	} {
		if got := acceptable(header, []string{"application/json"}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
	if !acceptable("application/x-protobuf", []string{typeTile, "application/x-protobuf"}) {
		t.Error("the second type is not looked at")
	}
}

// A format that few programs know is given to those that name it, unless they
// like the other one better (RFC 9110, section 12.4.2).
func TestPrefersMLT(t *testing.T) {
	for header, want := range map[string]bool{
		"":                                   false,
		"*/*":                                false,
		"application/vnd.mapbox-vector-tile": false,
		"application/*, text/html;q=0.9, image/webp":                                false,
		"application/vnd.maplibre-tile":                                             true,
		"APPLICATION/vnd.maplibre-tile ; q=0.1":                                     true,
		"application/vnd.maplibre-tile;q=0":                                         false,
		"application/vnd.maplibre-tile;q=0.5, */*":                                  false,
		"application/vnd.maplibre-tile, */*;q=0.5":                                  true,
		"application/vnd.maplibre-tile, application/vnd.mapbox-vector-tile":         true,
		"application/vnd.maplibre-tile;q=0.9, application/vnd.mapbox-vector-tile":   false,
		"application/vnd.maplibre-tiles":                                            false,
		"application/vnd.maplibre-tile;q=x, application/vnd.mapbox-vector-tile;q=0": false,
	} {
		if got := prefersMLT([]byte(header)); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// Whatever the header, nothing breaks, and a type named at full weight is taken.
func FuzzAcceptable(f *testing.F) {
	f.Add("text/html,application/xhtml+xml,*/*;q=0.8")
	f.Add("application/json;q=0, */*")
	f.Fuzz(func(t *testing.T, header string) {
		acceptable(header, []string{"application/json"})
		if prefersMLT([]byte(header)) && !acceptable(header, []string{typeMLT}) {
			t.Error("a format is preferred that is not acceptable")
		}
		if !acceptable("application/json", []string{"application/json"}) || !acceptable("a/b,"+"application/json", []string{"application/json"}) {
			t.Error("a named type is refused")
		}
	})
}

// Ids come out as they went in, addresses of ours as ids, nothing empty.
func FuzzCollectionsIn(f *testing.F) {
	const base = "http://127.0.0.1"
	f.Add("camera,grid")
	f.Add(base + "/ogc/collections/camera/," + base)
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := collectionsIn(text, base)
		if err != nil {
			return
		}
		if len(ids) != strings.Count(text, ",")+1 {
			t.Errorf("%q: %q", text, ids)
		}
		for _, id := range ids {
			if id == "" {
				t.Errorf("%q holds an empty id", text)
			}
		}
	})
}
