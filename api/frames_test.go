package api

import (
	"sync/atomic"
	"testing"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Those who may see the same are told the same bytes, made once; others are not.
func TestFramesAreSharedByScope(t *testing.T) {
	var made atomic.Int64
	f := feed{event: "unit", shared: true, since: func(mark uint64, reader access.User) (any, uint64) {
		made.Add(1)
		if mark == 7 {
			return nil, mark
		}
		return reader.Scope().Area, 7
	}}
	in := func(id, low, high int64) access.User {
		return access.User{ID: id, Role: access.Dispatcher, Range: layers.AreaRange{Low: low, High: high}}
	}
	all := frames{news: map[newsKey]*newsFrame{}}
	one, same, other := all.of(0, f, 3, in(1, 10, 19)), all.of(0, f, 3, in(2, 10, 19)), all.of(0, f, 3, in(3, 20, 29))
	if one != same || one == other || made.Load() != 2 {
		t.Errorf("made %d times for two scopes", made.Load())
	}
	if want := "id: x\nevent: unit\ndata: {\"unit\":{\"Low\":20,\"High\":29}}\n\n"; string(other.event("unit", "x")) != want {
		t.Errorf("%q, want %q", other.event("unit", "x"), want)
	}
	if a, b := one.event("unit", "x"), same.event("unit", "x"); &a[0] != &b[0] {
		t.Error("the same event is made twice")
	}
	if got := string(one.event("unit", "y")); got[:6] != "id: y\n" {
		t.Errorf("another reader's id: %q", got)
	}
	if all.of(0, f, 7, in(1, 10, 19)).json != nil {
		t.Error("there is news where there is none")
	}
	all.forget()
	if all.of(0, f, 3, in(1, 10, 19)) == one {
		t.Error("what was told is told again after a wake")
	}
	f.shared = false
	if all.of(0, f, 3, in(1, 10, 19)) == all.of(0, f, 3, in(1, 10, 19)) {
		t.Error("news of a reader's own are shared")
	}
}
