package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers/catalog"
)

// hostile is what nobody in good faith puts into a parameter.
var hostile = []string{
	"", " ", "%", "%zz", "%0", "%00", "a%00b", "%ff", "%c0%af", "%ed%a0%80", "%f8%88%80%80%80", "%EF%BF%BE", "%E2%80%AE",
	"%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5c", "%252e%252e%252f", "%25", "%2525", "%3F", "%23", "%2F", "%2f..", "//", ";", "%3B",
	"'", "%27%20or%201%3D1--", "%22", "%22%3B%20drop%20table%20area%3B--", "%60", "%24%7B7*7%7D", "%7B%7B7*7%7D%7D", "%3Cscript%3E", "%0d%0aSet-Cookie:%20a=b", "%0A", "%09", "%7f", "%08",
	"-1", "0", "00", "+1", "%2B1", "1e9", "1.5", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "null", "true", "[]", "{}", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "4294967296", "2147483648", "１２", "%EF%BC%91",
	strings.Repeat("9", 400), strings.Repeat("a", 200), strings.Repeat("%E4%BA%BA", 64), strings.Repeat("a,", 2000), strings.Repeat(",", 3000), strings.Repeat("%2C", 200), strings.Repeat("a", 9000),
	"2016-09-01/2016-10-01/..", "../..", "0000-00-00", "9999-12-31T23:59:60Z", "2016-09-01T00:00:00+99:99", "-0001-01-01", "infinity", "epoch", "now", "today",
	"102,37,103", "1,2,3,4,5", "NaN,NaN,NaN,NaN", "1e400,0,1,1", "180,90,-180,-90", "-180,-90,180,90", "0,0,0,0", "1e-320,0,1,1", ",,,",
	"62", "6206", "620602001001001", "999999999999999", "000000000000000", "6206%00", "%D9%A6%D9%A2", "*", "%25%25", "_", "camera", "camera,", ",camera", "camera,dispute", "CAMERA",
}

// bodies are what nobody in good faith sends.
var bodies = []string{
	" ", "null", "[]", "1", `"`, `{"`, `{"a":`, "{}{}", "{} x", "\x00", "{\"area\":\"\x00\"}", "{\"area\":\"\xff\xfe\"}", `{"area":"\u0000"}`, `{"area":"\ud800"}`, "\ufeff{}",
	strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000), strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), `{"within":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`,
	`{"area":` + strings.Repeat("9", 100_000) + `}`, `{"area":1e999}`, `{"area":"` + strings.Repeat("a", 100_000) + `"}`, `{"area":"x","area":"y"}`, `{"Area":"6206"}`, `{"__proto__":{}}`,
	`{"area":""}`, `{"area":"6206'--"}`, `{"area":"\u202e"}`, `{"datetime":"`, `{"datetime":""}`, `{"datetime":"../.."}`, `{"layers":[""]}`, `{"layers":["camera","camera"]}`, `{"layers":` + "[" + strings.Repeat(`"camera",`, 64) + `"camera"]}`,
	`{"filters":null}`, `{"filters":{"camera":null}}`, `{"filters":{"camera":{"state":[]}}}`, `{"filters":{"camera":{"state":["` + strings.Repeat("x", 121) + `"]}}}`, `{"filters":{"camera":{"state":[null]}}}`, `{"filters":{"camera":{"name":["\u0000"]}}}`, `{"filters":{"camera":{"direction_deg":["1e308"]}}}`, `{"filters":{"unit":{"headcount":["99999999999999999999"]}}}`, `{"filters":{"dispute":{"found_at":["9999-99-99"]}}}`,
	`{"within":null}`, `{"within":{}}`, `{"within":{"type":"Polygon","coordinates":[[[0,0],[0,0],[0,0],[0,0]]]}}`, `{"within":{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}}`, `{"within":{"type":"Polygon","coordinates":[[[180,90],[-180,90],[-180,-90],[180,-90],[180,90]]]}}`, `{"within":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0],[1,0],[1,1],[0,0]]]]}}`,
	`{"within":{"type":"Polygon","coordinates":[[[1e308,0],[1,0],[1,1],[1e308,0]]]}}`, `{"within":{"type":"Polygon","coordinates":[[null]]}}`, `{"within":{"type":"Polygon","coordinates":[[["a","b"]]]}}`, `{"within":{"type":["Polygon"],"coordinates":[]}}`,
	`{"name":"x","password":"` + strings.Repeat("p", 257) + `"}`, `{"name":"\u0000","password":"x"}`, `{"name":{"$gt":""},"password":{"$gt":""}}`, `{"old":"x","new":"\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000"}`,
}

// Whatever is put into the parameters and bodies of every route, the answer is
// never a failure of ours.
func TestHostileRequests(t *testing.T) {
	t.Parallel() // the long ones share the processors when the others are done
	patrolling, _ := patrols(t)
	d := open(t, patrolling, counting(t), func(o *api.Options) { o.App = app })
	raw := d.raw()
	for _, op := range contract(t) {
		path := fill(op.path, map[string]string{"layer": "camera", "cell": "88248945c1fffff", "z": "9", "x": "401", "y": "198", "code": city, "id": "1", "file": "app-a1.js"})
		for _, p := range op.doc.Parameters {
			for _, value := range hostile {
				in := path + "?" + p.Value.Name + "=" + value
				if p.Value.In == "path" {
					in = fill(op.path, map[string]string{p.Value.Name: value, "layer": "camera", "cell": "88248945c1fffff", "z": "9", "x": "401", "y": "198", "code": city, "id": "1"})
				}
				raw.ask(t, op.method, in, body(op))
			}
		}
		for _, name := range hostile {
			raw.ask(t, op.method, path+"?"+name+"=1", body(op))
			raw.ask(t, op.method, path+"?"+name, body(op))
		}
		if op.doc.RequestBody != nil && op.id != "login" { // which waits after a few
			for _, b := range bodies {
				raw.ask(t, op.method, path, b)
			}
		}
	}
	// Field filters are parameters without a name of their own in the contract.
	for _, id := range []string{"camera", "unit", "dispute", "site", "centre"} {
		for _, f := range layerOf(t, id).Fields {
			for _, value := range hostile {
				raw.ask(t, "GET", "/ogc/collections/"+id+"/items?"+f.Name+"="+value, "")
				raw.ask(t, "GET", "/tiles/"+id+"/9/401/198.mvt?"+f.Name+"="+value, "")
			}
		}
	}
	d.logged.Lock()
	defer d.logged.Unlock()
	if strings.Contains(d.log.String(), `"msg":"panic"`) {
		t.Error("a request made the server panic")
	}
}

// What is not even HTTP, or too much of it, is refused, and the next request is
// answered.
func TestHostileHTTP(t *testing.T) {
	d := open(t)
	for name, text := range map[string]string{
		"noise":                   "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"a method nobody knows":   "BREW /catalog HTTP/1.1\r\nHost: x\r\n\r\n",
		"a raw NUL in the path":   "GET /cat\x00alog HTTP/1.1\r\nHost: x\r\n\r\n",
		"raw bytes in the path":   "GET /api/areas/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
		"a very long address":     "GET /" + strings.Repeat("a", 100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"very many headers":       "GET /healthz HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: b\r\n", 20_000) + "\r\n",
		"a body beyond the limit": "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n",
		"a negative length":       "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
		"a chunk without a size":  "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"an absolute address":     "GET http://evil.example/catalog HTTP/1.1\r\nHost: x\r\n\r\n",
		"only a star":             "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(15 * time.Second))
			// The server may hang up before it has read all of it.
			go io.WriteString(conn, text)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil && (answer.StatusCode < 400 || answer.StatusCode >= 500) {
				t.Errorf("answered %s", answer.Status)
			}
			if got := d.get(nobody, "/healthz"); got.status != 200 {
				t.Errorf("afterwards the server is %d", got.status)
			}
		})
	}
}

// FuzzRequests sends whatever it finds to every kind of route.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{"/catalog", "/tiles/camera/9/401/198.mvt?state=working", "/ogc/collections/camera/items?bbox=102,37,103,38&limit=2", "/ogc/collections/dispute/items?datetime=2016-09-01/..", "/api/search?q=%E5%9C%B0", "/api/areas/6206", "/api/imports/1/rejects"} {
		f.Add("GET", seed, "")
	}
	for _, b := range []string{`{"area":"6206"}`, `{"within":{"type":"Polygon","coordinates":[[[102,37],[103,37],[103,38],[102,37]]]},"datetime":"2016-09-30"}`, `{"filters":{"camera":{"state":["working"]}},"layers":["camera"]}`} {
		f.Add("POST", "/api/inside", b)
		f.Add("POST", "/api/inside/camera?limit=2&after=1", b)
	}
	d := open(f)
	raw := d.raw()
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if method != "GET" && method != "POST" || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \r\n\x00") || strings.HasPrefix(path, "/api/login") {
			return
		}
		raw.ask(t, method, path, body)
	})
}

// raw sends requests as they are written, over connections of its own: the
// client of the standard library would tidy them up first.
type raw struct {
	address string
	tokens  []string
}

func (d *door) raw() raw {
	return raw{strings.TrimPrefix(d.url, "http://"), []string{d.token(chief), d.token(who{"administrator", ""})}}
}

func (r raw) ask(t *testing.T, method, path, body string) (status int) {
	t.Helper()
	token := r.tokens[0]
	if strings.HasPrefix(path, "/api/imports") || strings.HasPrefix(path, "/api/release") {
		token = r.tokens[1]
	}
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: map.example\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, token, len(body), body)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Errorf("%s %.200q %.200q: %v", method, path, body, err)
		return 0
	}
	defer answer.Body.Close()
	text, err := readWhole(answer)
	if err != nil || answer.StatusCode >= 500 {
		t.Errorf("%s %.200q %.200q: %d %v %.300s", method, path, body, answer.StatusCode, err, text)
	}
	return answer.StatusCode
}

// fill puts values into the {names} of a path; they are written as they are.
func fill(path string, values map[string]string) string {
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

// body is a right body for the operation, so that its parameters are looked at.
func body(op described) string {
	if op.doc.RequestBody == nil {
		return ""
	}
	return "{}"
}

// Every value of every field that a reader sees can be used to filter by it.
func TestWhatIsShownCanBeAskedFor(t *testing.T) {
	d := open(t)
	for _, l := range catalog.All {
		f := d.page(chief, "/ogc/collections/"+l.ID+"/items?limit=1").Features[0]
		for _, field := range l.Fields {
			value := f.Properties[field.Name]
			if value == nil {
				continue
			}
			p := d.page(chief, "/ogc/collections/"+l.ID+"/items?"+field.Name+"="+url.QueryEscape(fmt.Sprint(value)))
			if p.NumberMatched == 0 {
				t.Errorf("%s: nothing has %s = %v, although %s does", l.ID, field.Name, value, f.ID)
			}
		}
	}
}

// FuzzTilePath sends tile requests of any shape: layers, numbers, suffix and
// query. Each is asked twice, so that the quick way is fuzzed as well, and
// both ways agree.
func FuzzTilePath(f *testing.F) {
	for _, seed := range [][5]string{
		{"camera", "9", "401", "198.mvt", ""}, {"camera,unit", "9", "401", "198.mvt", "state=working"}, {"grid", "22", "4194303", "4194303.mvt", "v=7"},
		{"dispute", "9", "401", "198.mvt", "datetime=2016-09-01/.."}, {"camera", "09", "+401", "-198.mvt", "area=6206"}, {"camera", "9", "401", "198.MVT", "?"},
		{"camera", "99999999999999999999", "0x10", "1e9.mvt", "a=%zz"}, {"%63amera", "9", "401", "198.mvt.mvt", "state=a,b,c&state=d"}, {"..", "", "", "", "&;="},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	d := open(f)
	raw := d.raw()
	f.Fuzz(func(t *testing.T, layer, z, x, y, query string) {
		path := "/tiles/" + layer + "/" + z + "/" + x + "/" + y
		if query != "" {
			path += "?" + query
		}
		if strings.ContainsAny(path, " \r\n\x00") {
			return
		}
		if first, second := raw.ask(t, "GET", path, ""), raw.ask(t, "GET", path, ""); first != second {
			t.Errorf("%.200q: %d, then %d", path, first, second)
		}
	})
}
