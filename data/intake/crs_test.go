package intake

import (
	"errors"
	"strings"
	"testing"

	"sitmap/geo"
	"sitmap/layers"
)

// The codes are those of the EPSG register and of OGC.
func TestParseCRS(t *testing.T) {
	for want, names := range map[geo.CRS][]string{
		geo.WGS84: {"EPSG:4326", "epsg:4326", "4326", " wgs84 ", "WGS 84", "WGS-84", "wgs_1984", "CRS84", "OGC:CRS84",
			"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG:9.9.1:4326",
			"http://www.opengis.net/def/crs/EPSG/0/4326", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
		geo.CGCS2000: {"EPSG:4490", "4490", "CGCS2000", "cgcs 2000", "国家2000", "2000国家大地坐标系"},
		geo.GCJ02:    {"GCJ-02", "gcj02", "GCJ_02", "gcj 02", "火星坐标系", "高德"},
		geo.BD09:     {"BD-09", "bd09", "bd09ll", "百度坐标"},
	} {
		for _, name := range names {
			if got, err := ParseCRS(name); got != want || err != nil {
				t.Errorf("%s: got %q, %v", name, got, err)
			}
		}
	}
	for name, reason := range map[string]string{
		"EPSG:4214": "Beijing 54", "北京54": "Beijing 54", "Beijing 1954": "Beijing 54", "EPSG:2410": "Beijing 54", "21418": "Beijing 54",
		"EPSG:4610": "Xi'an 80", "西安80": "Xi'an 80", "Xian80": "Xi'an 80", "EPSG:2358": "Xi'an 80", "2379": "Xi'an 80",
		"EPSG:4522": "CGCS2000 by Gauss-Krüger", "EPSG:4543": "CGCS2000 by Gauss-Krüger",
		"EPSG:3857": "Web Mercator", "EPSG:32648": "metres", "utm 48n": "metres", "EPSG:4479": "geocentric",
		"EPSG:27700": "not one of", "nonsense": "not one of", "": "not one of", "EPSG:": "not one of", "43266": "not one of",
	} {
		_, err := ParseCRS(name)
		if !errors.Is(err, layers.ErrInvalid) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got %v, want a reason with %q", name, err, reason)
		}
	}
}

// Whatever the name, there is a system that geo can convert, or a reason.
func FuzzParseCRS(f *testing.F) {
	for _, seed := range []string{"EPSG:4326", "urn:ogc:def:crs:EPSG::4490", "gcj02", "4214", "epsg:9999999999999999999", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		crs, err := ParseCRS(name)
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%q: %v is not of kind ErrInvalid", name, err)
			}
			return
		}
		if _, ok := geo.ToWGS84([2]float64{102, 37}, crs); !ok {
			t.Errorf("%q became %q, which cannot be converted", name, crs)
		}
	})
}

func FuzzParseAssignment(f *testing.F) {
	for _, seed := range []string{"a=b", "a=b=c", "=", "a=", "=b", "a", "列=-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAssignment(s)
		if err == nil && (a.Column == "" || a.Target == "" || strings.Contains(a.Target, "=")) {
			t.Errorf("%q became %+v", s, a)
		}
		if err != nil && !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%q: %v is not of kind ErrInvalid", s, err)
		}
	})
}
