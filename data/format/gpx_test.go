package format

import (
	"slices"
	"strings"
	"testing"
)

// The file is put together from the examples of topografix.com/GPX/1/1 and of
// Garmin's TrackPointExtension.
const aTrack = `<?xml version="1.0" encoding="ISO-8859-1"?>
<gpx version="1.1" creator="receiver" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
 <metadata><name>a day</name><author><name>Somebody</name><email id="a" domain="b.c"/></author><time>2026-03-01T00:00:00Z</time></metadata>
 <wpt lat="37.9283" lon="102.638"><ele>1500</ele><time>2026-03-01T00:00:00Z</time><name>岗亭 &amp; gate</name><sym>Flag</sym></wpt>
 <rte><name>round</name><rtept lat="37.9" lon="102.6"/></rte>
 <trk><name>team <b>no</b>7</name><trkseg>
  <trkpt lat="37.9283" lon="102.638"><time>2026-03-01T00:00:00Z</time><extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>1.4</gpxtpx:speed><gpxtpx:course>90</gpxtpx:course></gpxtpx:TrackPointExtension></extensions></trkpt>
  <trkpt lat="x" lon="102.639"></trkpt>
  <trkpt lon="102.639"/>
 </trkseg><trkseg><trkpt lat="-37.93" lon="102.64"><hdop>1.2</hdop><sat>9</sat></trkpt></trkseg></trk>
 <trk><trkseg><trkpt lat="1e1" lon=" 2 "/></trkseg></trk>
</gpx>`

func TestGPX(t *testing.T) {
	got := read(t, "a.gpx", aTrack)
	want := []string{
		"segment|track|time|name|desc|type|ele|speed|course|hdop|sat",
		"crs EPSG:4326",
		"1: ||2026-03-01T00:00:00Z|岗亭 & gate|||1500|||| POINT(102.638 37.9283)",
		"2: 1|round||||||||| POINT(102.6 37.9)",
		"3: 2|team 7|2026-03-01T00:00:00Z|||||1.4|90|| POINT(102.638 37.9283)",
		"4: 2|team 7|||||||||",
		`  row 4, column lat: is not a number ("x"); write degrees, such as 102.638`,
		"5: 2|team 7|||||||||",
		"  row 5, column lat: is missing; give each point lat and lon in degrees",
		"6: 3|team 7||||||||1.2|9 POINT(102.64 -37.93)",
		"7: 4|||||||||| POINT(2 10)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Contains(strings.Join(got, "\n"), "Somebody") {
		t.Error("the author was read")
	}
}

func TestGPXThatCannotBeRead(t *testing.T) {
	for content, want := range map[string]string{
		"":                                  "error: the file is empty or has no gpx in it: invalid",
		"<kml></kml>":                       `error: the file is a "kml"; only gpx has tracks: invalid`,
		"<gpx><wpt lat='1' lon='2'>":        "error: row 2: not well-formed XML in line 1: invalid",
		"<gpx>\n<trk></gpx>":                "error: row 1: not well-formed XML in line 2: invalid",
		"<gpx><wpt lat='1' lon='2'/>&bomb;": "error: row 2: not well-formed XML in line 1: invalid",
		"<gpx><x>" + strings.Repeat("y", 2*maxPointBytes) + "</x></gpx>": "error: row 1: more than 1048576 bytes between two points: invalid",
		"<gpx>" + strings.Repeat("<x>", maxPointBytes):                   "error: row 1: more than 1048576 bytes between two points: invalid",
	} {
		got := read(t, "a.gpx", content)
		if last := got[len(got)-1]; last != want {
			t.Errorf("%.40s: %s, want %s", content, last, want)
		}
	}
}

func FuzzGPX(f *testing.F) {
	f.Add([]byte(aTrack))
	f.Add([]byte("<gpx><trk><trkseg><trkpt lat='1' lon='2'><time>x<y/></time></trkpt></trkseg></trk></gpx>"))
	fuzzReader(f, GPX)
}
