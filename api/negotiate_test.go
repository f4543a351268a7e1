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

// Whatever the header, nothing breaks, and a type named at full weight is taken.
func FuzzAcceptable(f *testing.F) {
	f.Add("text/html,application/xhtml+xml,*/*;q=0.8")
	f.Add("application/json;q=0, */*")
	f.Fuzz(func(t *testing.T, header string) {
		acceptable(header, []string{"application/json"})
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
