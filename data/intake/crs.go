package intake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/layers"
)

// CRSSource says who said which coordinate system a file is in.
type CRSSource string

const (
	Named    CRSSource = "named"    // by the one who imports
	Declared CRSSource = "declared" // by the file itself
	Assumed  CRSSource = "assumed"  // by nobody: WGS 84
)

// epsgCode finds the number in "EPSG:4326", "urn:ogc:def:crs:EPSG:9.8:4326",
// "http://www.opengis.net/def/crs/EPSG/0/4326" and a bare "4326".
var epsgCode = regexp.MustCompile(`^(?:.*epsg(?:(?:[:/][0-9.]*)?[:/ ])?)?([0-9]{4,6})$`)

// crsNames are the spellings of the systems, as foldName leaves them.
var crsNames = map[string]geo.CRS{
	"wgs84": geo.WGS84, "wgs1984": geo.WGS84, "crs84": geo.WGS84, "ogc:crs84": geo.WGS84, "gps": geo.WGS84,
	"cgcs2000": geo.CGCS2000, "国家2000": geo.CGCS2000, "大地2000": geo.CGCS2000, "2000国家大地坐标系": geo.CGCS2000, "国家大地2000": geo.CGCS2000,
	"gcj02": geo.GCJ02, "gcj": geo.GCJ02, "火星坐标": geo.GCJ02, "火星坐标系": geo.GCJ02, "国测局": geo.GCJ02, "高德": geo.GCJ02, "腾讯": geo.GCJ02,
	"bd09": geo.BD09, "bd09ll": geo.BD09, "百度": geo.BD09, "百度坐标": geo.BD09, "百度坐标系": geo.BD09,
}

// ParseCRS reads the name of a coordinate system in any common spelling. The
// error is of kind layers.ErrInvalid; for a system that is known but cannot be
// used it says why, and what to do.
func ParseCRS(name string) (geo.CRS, error) {
	folded := foldName(name)
	if crs, ok := crsNames[folded]; ok {
		return crs, nil
	}
	lower := strings.ToLower(strings.TrimSpace(name))
	if strings.HasSuffix(lower, "crs84") && strings.Contains(lower, "ogc") {
		return geo.WGS84, nil
	}
	number := 0
	if m := epsgCode.FindStringSubmatch(lower); m != nil {
		number, _ = strconv.Atoi(m[1]) // cannot fail: at most six digits
	}
	switch number {
	case 4326:
		return geo.WGS84, nil
	case 4490:
		return geo.CGCS2000, nil
	}
	return "", fmt.Errorf("coordinate system %q: %s: %w", shorten(name), refusal(number, folded), layers.ErrInvalid)
}

// refusal says why a system cannot be used and what would be right. The ranges
// are those of the EPSG register.
func refusal(number int, folded string) string {
	between := func(low, high int) bool { return low <= number && number <= high }
	named := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(folded, w) {
				return true
			}
		}
		return false
	}
	const toDegrees = "convert the file to longitude and latitude first (ogr2ogr -t_srs EPSG:4490)"
	switch {
	case number == 4214, between(2401, 2442), between(21413, 21463), named("beijing54", "beijing1954", "北京54", "北京1954"):
		return "Beijing 54 differs from WGS 84 by tens of metres, in a way that depends on the region; " +
			"convert the file with the parameters of the local survey office first"
	case number == 4610, between(2327, 2390), named("xian80", "xian1980", "西安80", "西安1980"):
		return "Xi'an 80 differs from WGS 84 by tens of metres, and no public parameters are good enough; " +
			"convert the file with the parameters of the local survey office first"
	case between(4491, 4554):
		return "a projected system in metres, CGCS2000 by Gauss-Krüger; " + toDegrees
	case number == 3857 || number == 900913 || named("webmercator", "pseudomercator"):
		return "a projected system in metres, Web Mercator; " + toDegrees
	case between(32601, 32660), between(32701, 32760), named("utm", "gauss", "高斯"):
		return "a projected system in metres; " + toDegrees
	case number == 4479:
		return "geocentric coordinates; " + toDegrees
	}
	return "not one of EPSG:4326 (WGS 84), EPSG:4490 (CGCS2000), GCJ-02, BD-09; " + toDegrees
}

// settleCRS decides the coordinate system of the file. What is named wins over
// what is declared only where the file could not say it better: no standard has
// a code for GCJ-02 and BD-09, so files in them declare WGS 84 or CGCS2000.
func (r *Report) settleCRS(named, declared string, city layers.CityInfo) error {
	crs, source := geo.WGS84, Assumed
	var err error
	if declared != "" {
		if crs, err = ParseCRS(declared); err != nil {
			return fmt.Errorf("%s declares it in its crs member: %w", r.File, err)
		}
		source = Declared
	}
	if named != "" {
		fromFile := crs
		if crs, err = ParseCRS(named); err != nil {
			return err
		}
		switch {
		case source == Assumed, fromFile == crs, !shifted(fromFile) && !shifted(crs):
		case shifted(fromFile):
			return fmt.Errorf("%s declares %s, but %s is named; leave the name out if the file is right, else remove its crs member: %w", r.File, fromFile, crs, layers.ErrInvalid)
		default:
			r.warn(layers.Text{
				Zh: fmt.Sprintf("文件声明为 %s，按指定的 %s 读取", fromFile, crs),
				En: fmt.Sprintf("the file declares %s; it is read as %s because that was named", fromFile, crs)})
		}
		source = Named
	}
	if box := city.Area.Bounds; shifted(crs) && box != nil {
		if middle := (orb.Point{(box[0] + box[2]) / 2, (box[1] + box[3]) / 2}); geo.ToGCJ02(middle) == middle {
			return fmt.Errorf("coordinate system %s is used in China only, and %s is not there: %w", crs, cityName(city), layers.ErrInvalid)
		}
	}
	r.CRS, r.CRSSource = crs, source
	return nil
}

// shifted reports whether the system is one of those that Chinese map services
// move away from WGS 84.
func shifted(crs geo.CRS) bool { return crs == geo.GCJ02 || crs == geo.BD09 }
