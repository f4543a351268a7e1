package pyramid

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/access"
)

func numbers(t *testing.T, s *Snapshot, q layers.Query) (fids []int32) {
	t.Helper()
	found, err := s.Select(q, access.System)
	if err != nil {
		t.Fatal(err)
	}
	for part, i := range found.After(q.After) {
		fids = append(fids, part.FID[i])
	}
	if q.After == 0 && len(fids) != found.Count() {
		t.Errorf("%d features, counted %d", len(fids), found.Count())
	}
	return fids
}

// A feature that went is not found any more, one that changed is found once, where
// it is now, and one that came is found; also after everything was rebuilt.
func TestSelectionsFollowPatches(t *testing.T) {
	for _, id := range []string{"camera", "road", "key_area"} {
		fs := slices.Clone(features(t, id))
		s := snapshotOf(t, id)
		away, moving := fs[7], moved(fs[20], orb.Point{5, 0})
		if id == "key_area" { // an outline becomes a point
			moving.Geometry = orb.Point{107, 38}
		}
		fresh := fs[3]
		fresh.ID, fresh.FID = "fresh", int32(len(fs)+1)
		first, _, err := s.Patch([]int32{away.FID, moving.FID}, []layers.Feature{moving})
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := first.Patch([]int32{fresh.FID}, []layers.Feature{fresh})
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*Snapshot{"patched": second, "rebuilt": second.Rebuilt()} {
			var want []int32
			for fid := int32(1); fid <= fresh.FID; fid++ {
				if fid != away.FID {
					want = append(want, fid)
				}
			}
			if got := numbers(t, s, layers.Query{}); !slices.Equal(got, want) {
				t.Errorf("%s, %s: %d features, want %d", id, name, len(got), len(want))
			}
			if got := numbers(t, s, layers.Query{After: moving.FID}); !slices.Equal(got, want[moving.FID-1:]) {
				t.Errorf("%s, %s: %d features after %d, want %d", id, name, len(got), moving.FID, len(want)-int(moving.FID)+1)
			}
			if got := numbers(t, s, layers.Query{FIDs: []int32{fresh.FID, away.FID, 2, moving.FID, 2}}); !slices.Equal(got, []int32{2, moving.FID, fresh.FID}) {
				t.Errorf("%s, %s: by their numbers %v", id, name, got)
			}
			then, now := fs[20].Geometry.Bound(), moving.Geometry.Bound()
			if got := numbers(t, s, layers.Query{Bounds: &now}); !slices.Contains(got, moving.FID) || !slices.IsSorted(got) {
				t.Errorf("%s, %s: where it moved to are %v", id, name, got)
			}
			if got := numbers(t, s, layers.Query{Bounds: &then}); slices.Contains(got, moving.FID) {
				t.Errorf("%s, %s: it is still where it was", id, name)
			}
			for id, there := range map[string]bool{away.ID: false, moving.ID: true, fresh.ID: true, fs[0].ID: true, "nothing": false} {
				part, i, ok, err := s.Find(id, access.System)
				if ok != there || err != nil || ok && part.Feature(i).ID != id {
					t.Errorf("%s, %s: %s is there: %t %v", id, name, id, ok, err)
				}
			}
			if part, i, ok, _ := s.Find(moving.ID, access.System); !ok || !orb.Equal(part.Geometry(i), moving.Geometry) {
				t.Errorf("%s, %s: it is found elsewhere", id, name)
			}
		}
		if got := numbers(t, s, layers.Query{}); len(got) != len(fs) {
			t.Errorf("%s: the snapshot before has changed", id)
		}
	}
}
