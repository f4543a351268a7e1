package api_test

import (
	"net/http"
	"strings"
	"testing"

	"sitmap/api"
)

// row is a request and what its answer must and must not hold.
type row struct {
	who     who
	request string // method, path; GET when there is no method
	body    string
	headers []string
	status  int
	holds   []string
	lacks   []string
}

func TestRequests(t *testing.T) {
	d := open(t, func(o *api.Options) { o.App = app })
	items := "/ogc/collections/site/items"
	rows := map[string]row{
		"an unknown parameter is named, and the known ones": {who: analyst, request: items + "?colour=red", status: 400,
			holds: []string{`"parameter":"colour"`, "bbox", "datetime", "limit", "after", "inspected_on"}},
		"a parameter of a route without any":       {who: analyst, request: "/catalog?x=1", status: 400, holds: []string{`"parameter":"x"`, "takes no parameters"}},
		"a public route checks too":                {request: "/healthz?x=1", status: 400, holds: []string{`"parameter":"x"`}},
		"the application leaves its query alone":   {request: "/?anything=goes&%ff", status: 200, holds: []string{"<title>sitmap</title>"}},
		"a parameter given twice":                  {who: analyst, request: items + "?limit=1&limit=2", status: 400, holds: []string{`"parameter":"limit"`, "once"}},
		"a limit that is no number":                {who: analyst, request: items + "?limit=ten", status: 400, holds: []string{`"parameter":"limit"`, "whole number from 1"}},
		"a limit of nothing":                       {who: analyst, request: items + "?limit=0", status: 400},
		"a limit beyond the most is taken as most": {who: analyst, request: items + "?limit=99999999", status: 200, holds: []string{`"numberReturned":2`}},
		"a limit out of range where it is bounded": {who: analyst, request: "/api/search?q=x&limit=51", status: 400, holds: []string{"1 to 50"}},
		"a missing parameter":                      {who: analyst, request: "/api/search", status: 400, holds: []string{`"parameter":"q"`, "missing"}},
		"a value out of the code list":             {who: analyst, request: "/ogc/collections/camera/items?state=broken", status: 400, holds: []string{`"parameter":"state"`, "working", "正常"}},
		"a value by its Chinese name":              {who: analyst, request: "/ogc/collections/camera/items?state=%E6%AD%A3%E5%B8%B8", status: 200, holds: []string{`"numberMatched":2`}},
		"several values":                           {who: analyst, request: "/ogc/collections/camera/items?state=working,faulty", status: 200, holds: []string{`"numberMatched":2`}},
		"a value nobody has":                       {who: analyst, request: "/ogc/collections/camera/items?state=faulty", status: 200, holds: []string{`"numberMatched":0`, `"features":[]`}},
		"a number field":                           {who: analyst, request: "/ogc/collections/unit/items?headcount=one", status: 400, holds: []string{"whole number"}},
		"a filter of another layer's field":        {who: analyst, request: items + "?headcount=1", status: 400, holds: []string{`"parameter":"headcount"`, "is unknown"}},
		"an empty filter":                          {who: analyst, request: "/ogc/collections/camera/items?state=", status: 400},
		"an area that is none":                     {who: analyst, request: items + "?area=12", status: 400, holds: []string{`"parameter":"area"`}},
		"a filter that names a foreign secret":     {who: analyst, request: items + "?name=" + secret(sibling), status: 200, holds: []string{`"numberMatched":0`}},
		"a search for a foreign secret":            {who: analyst, request: "/api/search?q=" + secret(sibling), status: 200, lacks: []string{secret(sibling)}},
		"datetime leaves undated layers alone":     {who: analyst, request: items + "?datetime=1999-01-01", status: 200, holds: []string{`"numberMatched":2`}},
		"datetime inside":                          {who: analyst, request: "/ogc/collections/dispute/items?datetime=2016-09-01/2016-10-01", status: 200, holds: []string{`"numberMatched":2`}},
		"a datetime before":                        {who: analyst, request: "/ogc/collections/dispute/items?datetime=../2016-09-30T01:00:00Z", status: 200, holds: []string{`"numberMatched":0`}},
		"the instant itself":                       {who: analyst, request: "/ogc/collections/dispute/items?datetime=2016-09-30T01:00:00Z", status: 200, holds: []string{`"numberMatched":2`}},
		"a datetime that is none":                  {who: analyst, request: "/ogc/collections/dispute/items?datetime=lately", status: 400, holds: []string{`"parameter":"datetime"`}},
		"a layer that is none":                     {who: analyst, request: "/ogc/collections/persons/items", status: 404, holds: []string{"camera"}},
		"a case layer without case rights":         {who: viewer, request: "/ogc/collections/dispute/items", status: 403},
		"nobody":                                   {request: items, status: 401, holds: []string{"sign-in"}},
		"a token that is none":                     {request: items, headers: []string{"Authorization", "Bearer sitmap_" + strings.Repeat("A", 43)}, status: 401},
		"another scheme":                           {request: items, headers: []string{"Authorization", "Basic eDp5"}, status: 401},
		"a box with west after east":               {who: analyst, request: items + "?bbox=170,-20,-170,20", status: 200, holds: []string{`"numberMatched":0`}},
		"a box of three":                           {who: analyst, request: items + "?bbox=1,2,3", status: 400, holds: []string{"west,south,east,north"}},
		"six numbers":                              {who: analyst, request: items + "?bbox=102,37,0,103,38,0", status: 200, holds: []string{`"numberMatched":2`}},

		"an unknown path":                {request: "/nothing/here", status: 404, holds: []string{`"requestId"`}},
		"a path with another case":       {request: "/Healthz", status: 404},
		"a final slash where none is":    {request: "/healthz/", status: 404},
		"a path with dots":               {request: "/assets/../catalog", status: 404},
		"a method that is not allowed":   {who: analyst, request: "DELETE /catalog", status: 405, holds: []string{`"status":405`}},
		"a post to a page of features":   {who: analyst, request: "POST " + items, status: 405},
		"a zoom beyond the deepest":      {who: analyst, request: "/tiles/camera/23/0/0.mvt", status: 400, holds: []string{`"parameter":"z"`}},
		"a column beyond the zoom":       {who: analyst, request: "/tiles/camera/3/8/0.mvt", status: 400, holds: []string{`"parameter":"x"`, "0 to 7"}},
		"a row beyond the zoom":          {who: analyst, request: "/tiles/camera/3/0/8.mvt", status: 400, holds: []string{`"parameter":"y"`}},
		"a negative column":              {who: analyst, request: "/tiles/camera/3/-1/0.mvt", status: 400},
		"a layer twice in a tile":        {who: analyst, request: "/tiles/camera,camera/3/0/0.mvt", status: 400},
		"a tile where nothing lies":      {who: analyst, request: "/tiles/camera/9/0/0.mvt", status: 200},
		"a tile below the layer's zooms": {who: analyst, request: "/tiles/camera/0/0/0.mvt", status: 200},
		"a tile of the wrong kind":       {who: analyst, request: "/tiles/camera/3/0/0.png", status: 404},
		"a filter shared by two layers":  {who: analyst, request: "/tiles/camera,centre/9/0/0.mvt?name=x", status: 200},
		"a filter that none of two has":  {who: analyst, request: "/tiles/camera,centre/9/0/0.mvt?headcount=1", status: 400},

		"a body that is no JSON":             {who: analyst, request: "POST /api/inside", body: `{`, status: 400},
		"a member that is unknown":           {who: analyst, request: "POST /api/inside", body: `{"colour":"red"}`, status: 400, holds: []string{"colour"}},
		"a member of the wrong type":         {who: analyst, request: "POST /api/inside", body: `{"area":7}`, status: 400, holds: []string{`"parameter":"area"`}},
		"a member twice":                     {who: analyst, request: "POST /api/inside", body: `{"area":"6206","area":"6207"}`, status: 400},
		"a filter of a layer that is none":   {who: analyst, request: "POST /api/inside", body: `{"filters":{"persons":{"name":["x"]}}}`, status: 400},
		"a filter of a field that is none":   {who: analyst, request: "POST /api/inside", body: `{"filters":{"site":{"colour":["x"]}}}`, status: 400},
		"totals of some layers with filters": {who: analyst, request: "POST /api/inside", body: `{"layers":["camera"],"filters":{"camera":{"state":["faulty"]}}}`, status: 200, holds: []string{`"count":0`}, lacks: []string{"site"}},
		"an open drawing":                    {who: analyst, request: "POST /api/inside", body: `{"within":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}}`, status: 400, holds: []string{`"parameter":"within"`}},
		"a form instead of JSON":             {who: analyst, request: "POST /api/inside", body: `area=6206`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415},
		"text that says it is JSON":          {who: analyst, request: "POST /api/inside", body: `{}`, headers: []string{"Content-Type", "text/plain"}, status: 415},
		"a compressed body":                  {who: analyst, request: "POST /api/inside", body: `{}`, headers: []string{"Content-Encoding", "gzip"}, status: 415},
		"no body at all":                     {who: analyst, request: "POST /api/inside", headers: []string{"Content-Type", "application/json"}, status: 400},

		"a host that would end up in links": {who: analyst, request: "/ogc", headers: []string{"Host", `x"><script>`}, status: 400},
		"links follow the host":             {who: analyst, request: "/ogc", headers: []string{"Host", "map.example:8443"}, status: 200, holds: []string{"http://map.example:8443/ogc/collections"}},
		"a stranger is not a proxy":         {who: analyst, request: "/ogc", headers: []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https"}, status: 200, lacks: []string{"evil", "https://"}},

		"the readable description speaks Chinese": {request: "/docs", status: 200, holds: []string{"矢量瓦片", "Mapbox Vector Tile", "read-cases"}, lacks: []string{"https://", "<script"}},
		"the metrics name no layer":               {request: "/metrics", status: 200, holds: []string{"sitmap_http_request_seconds_bucket", "go_goroutines"}, lacks: []string{"camera", `"6206`}},
	}
	for name, r := range rows {
		t.Run(name, func(t *testing.T) {
			method, path := http.MethodGet, r.request
			if m, p, ok := strings.Cut(r.request, " "); ok {
				method, path = m, p
			}
			got := d.call(r.who, method, path, r.body, r.headers...)
			if got.status != r.status {
				t.Fatalf("status %d, want %d: %s", got.status, r.status, got.body)
			}
			for _, s := range r.holds {
				if !strings.Contains(string(got.body), s) {
					t.Errorf("the answer lacks %q: %.600s", s, got.body)
				}
			}
			for _, s := range r.lacks {
				if strings.Contains(string(got.body), s) {
					t.Errorf("the answer holds %q: %.600s", s, got.body)
				}
			}
			if got.status >= 400 && got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("a problem of type %q", got.header.Get("Content-Type"))
			}
		})
	}
}
