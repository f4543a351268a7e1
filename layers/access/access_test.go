package access

import (
	"errors"
	"testing"

	"sitmap/layers"
)

var (
	roads    = layers.Layer{ID: "road", Access: layers.Open}
	cameras  = layers.Layer{ID: "camera", Access: layers.Scoped}
	disputes = layers.Layer{ID: "dispute", Access: layers.Protected}
)

func gulang(r Role) User {
	area, err := layers.RangeOfCode("620622")
	if err != nil {
		panic(err)
	}
	return User{Role: r, Area: "620622", Range: area}
}

// Single cases are for analysts; nobody else reads them, whatever the area.
func TestOnlyAnalystsReadCases(t *testing.T) {
	for _, role := range Roles {
		err := gulang(role).Scope().MayRead(disputes)
		if role == Analyst && err != nil || role != Analyst && !errors.Is(err, layers.ErrDenied) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// Roles without the map see no scoped layer anywhere.
func TestRolesWithoutTheMapSeeNothing(t *testing.T) {
	for _, role := range []Role{Anonymous, Auditor, Device} {
		if clip, limited := gulang(role).Scope().Clip(cameras); !limited || clip.Low <= clip.High {
			t.Errorf("%s sees %v", role, clip)
		}
	}
}

func TestClip(t *testing.T) {
	clip, limited := gulang(Viewer).Scope().Clip(cameras)
	if !limited || clip != (layers.AreaRange{Low: 620622000000000, High: 620622999999999}) {
		t.Errorf("a Gulang viewer is clipped to %v (%t)", clip, limited)
	}
	if _, limited := gulang(Viewer).Scope().Clip(roads); limited {
		t.Error("roads are open to all who signed in")
	}
	if clip, limited := (Scope{}).Clip(cameras); !limited || clip.Low <= clip.High {
		t.Errorf("a forgotten scope sees %v", clip)
	}
	if _, limited := System.Clip(cameras); limited {
		t.Error("the program's own work is not clipped")
	}
}

func TestKeysTellScopesApart(t *testing.T) {
	seen := map[string]Scope{}
	for _, s := range []Scope{{}, System, gulang(Viewer).Scope(), gulang(Analyst).Scope(), gulang(Device).Scope()} {
		if other, ok := seen[s.Key()]; ok {
			t.Errorf("%v and %v share the key %s", s, other, s.Key())
		}
		seen[s.Key()] = s
	}
}

// Every role stands in the table, and every right of the table is held by somebody.
func TestTableIsComplete(t *testing.T) {
	for _, role := range append([]Role{Anonymous}, Roles...) {
		if !role.Has(Public) {
			t.Errorf("%s may not even sign in", role)
		}
	}
	if Anonymous.Has(SignedIn) {
		t.Error("nobody is signed in as nobody")
	}
	if _, err := ParseRole("root"); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("the role root: %v", err)
	}
}
