package main

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/archive"
	"sitmap/layers"
)

func TestBasemapSettings(t *testing.T) {
	const address = "http://127.0.0.1/{z}/{x}/{y}.png"
	file := filepath.Join(t.TempDir(), "ground.pmtiles")
	w, err := archive.Create(file, archive.Meta{Kind: archive.MVT, Attribution: "测绘院", MinZoom: 3, MaxZoom: 4, Bounds: orb.Bound{Min: orb.Point{100, 35}, Max: orb.Point{105, 40}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Put(maptile.New(6, 3, 3), []byte{0x1a, 0}), w.Close()); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		grounding
		kind error
		has  bool
	}{
		"none":                    {grounding{}, nil, false},
		"a file":                  {grounding{Basemap: file}, nil, true},
		"a service":               {grounding{BasemapURL: address, BasemapZooms: "1-18"}, nil, true},
		"a service of one zoom":   {grounding{BasemapURL: address, BasemapZooms: "7"}, nil, true},
		"both":                    {grounding{Basemap: file, BasemapURL: address}, layers.ErrInvalid, false},
		"a file that is not":      {grounding{Basemap: file + "x"}, layers.ErrInvalid, false},
		"zooms that are not":      {grounding{BasemapURL: address, BasemapZooms: "low-high"}, layers.ErrInvalid, false},
		"zooms the wrong way":     {grounding{BasemapURL: address, BasemapZooms: "9-3"}, layers.ErrInvalid, false},
		"an address without rows": {grounding{BasemapURL: "http://127.0.0.1/{z}/{x}.png", BasemapZooms: "1-18"}, layers.ErrInvalid, false},
	}
	for name, test := range tests {
		b, end, err := test.basemap(t.Context())
		end()
		if !errors.Is(err, test.kind) || (b != nil) != test.has {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
		if name == "a file" && (b.Attribution != "测绘院" || b.MinZoom != 3 || !b.Vector || b.Version == "") {
			t.Errorf("%s: %+v", name, b)
		}
	}
}
