package api_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers/access"
)

const (
	password = "correct horse battery"
	another  = "a wholly different one"
)

func signIn(d *door, name, password string, headers ...string) reply {
	d.t.Helper()
	return d.post(nobody, "/api/login", `{"name":"`+name+`","password":"`+password+`"}`, headers...)
}

// cookieOf is the Cookie header that a browser would send after the answer.
func cookieOf(t *testing.T, got reply) string {
	t.Helper()
	if got.status != http.StatusOK {
		t.Fatalf("the sign-in is %d: %s", got.status, got.body)
	}
	cookies := (&http.Response{Header: got.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

func TestASession(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, county)
	got := signIn(d, "wei", password)
	me := got.json(t)
	if me["name"] != "wei" || me["role"] != "analyst" || me["area"].(map[string]any)["code"] != county {
		t.Errorf("signed in as %v", me)
	}
	cookie := cookieOf(t, got)
	if got := d.get(nobody, "/api/me", "Cookie", cookie); got.status != 200 {
		t.Errorf("with the cookie: %d", got.status)
	}
	// A second sign-in from the same browser ends the first session.
	second := cookieOf(t, signIn(d, "wei", password, "Cookie", cookie))
	if second == cookie {
		t.Error("the session id stayed the same")
	}
	if got := d.get(nobody, "/api/me", "Cookie", cookie); got.status != 401 {
		t.Errorf("with the cookie of before: %d", got.status)
	}
	out := d.call(nobody, "POST", "/api/logout", "", "Cookie", second)
	if out.status != 204 || !strings.Contains(out.header.Get("Set-Cookie"), "sitmap=;") {
		t.Errorf("signing out: %d %s", out.status, out.header.Get("Set-Cookie"))
	}
	if got := d.get(nobody, "/api/me", "Cookie", second); got.status != 401 {
		t.Errorf("after signing out: %d", got.status)
	}
}

// The cookie cannot be read by scripts nor sent from other sites, and on TLS
// it is bound to this host.
func TestTheCookieIsSafe(t *testing.T) {
	for name, test := range map[string]struct {
		secure bool
		holds  []string
		lacks  []string
	}{
		"on loopback": {false, []string{"sitmap=", "HttpOnly", "SameSite=Strict", "path=/", "max-age=43200"}, []string{"domain", "Secure"}},
		"on TLS":      {true, []string{"__Host-sitmap=", "HttpOnly", "SameSite=Strict", "path=/", "secure"}, []string{"domain"}},
	} {
		d := open(t, func(o *api.Options) { o.Secure = test.secure })
		d.person("wei", password, access.Analyst, county)
		got := signIn(d, "wei", password)
		cookie := strings.ToLower(got.header.Get("Set-Cookie"))
		for _, s := range test.holds {
			if !strings.Contains(cookie, strings.ToLower(s)) {
				t.Errorf("%s: the cookie lacks %s: %s", name, s, cookie)
			}
		}
		for _, s := range test.lacks {
			if strings.Contains(cookie, strings.ToLower(s)) {
				t.Errorf("%s: the cookie has %s: %s", name, s, cookie)
			}
		}
		if hsts := got.header.Get("Strict-Transport-Security"); (hsts != "") != test.secure {
			t.Errorf("%s: Strict-Transport-Security %q", name, hsts)
		}
	}
}

// A wrong name and a wrong password look alike, and nothing tells which it was.
func TestAWrongPasswordTellsNothing(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, county)
	wrong, unknown := signIn(d, "wei", another), signIn(d, "stranger", another)
	if wrong.status != 401 || unknown.status != 401 || wrong.json(t)["detail"] != unknown.json(t)["detail"] {
		t.Errorf("a wrong password: %d %s; a wrong name: %d %s", wrong.status, wrong.body, unknown.status, unknown.body)
	}
	if wrong.header.Get("Set-Cookie") != "" {
		t.Error("a cookie for a wrong password")
	}
}

func TestChangingThePasswordEndsAllOtherSessions(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, county)
	here, there := cookieOf(t, signIn(d, "wei", password)), cookieOf(t, signIn(d, "wei", password))
	if got := d.get(nobody, "/api/me", "Cookie", there); got.status != 200 {
		t.Fatalf("the other session: %d", got.status)
	}
	for body, want := range map[string]int{
		`{"old":"` + another + `","new":"` + another + `!"}`:  400, // not the password
		`{"old":"` + password + `","new":"short"}`:            400,
		`{"old":"` + password + `","new":"` + password + `"}`: 400,
		`{"old":"` + password + `"}`:                          400,
	} {
		if got := d.post(nobody, "/api/me/password", body, "Cookie", here); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	if got := d.post(nobody, "/api/me/password", `{"old":"`+password+`","new":"`+another+`"}`, "Cookie", here); got.status != 204 {
		t.Fatalf("the change: %d %s", got.status, got.body)
	}
	for cookie, want := range map[string]int{here: 200, there: 401} {
		if got := d.get(nobody, "/api/me", "Cookie", cookie); got.status != want {
			t.Errorf("after the change: %d, want %d", got.status, want)
		}
	}
	if got := signIn(d, "wei", password); got.status != 401 {
		t.Errorf("the old password: %d", got.status)
	}
	if got := signIn(d, "wei", another); got.status != 200 {
		t.Errorf("the new password: %d", got.status)
	}
}

// What another program revokes ends here within a second.
func TestRevocationWithinASecond(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, county)
	cookie := cookieOf(t, signIn(d, "wei", password))
	if got := d.get(nobody, "/tiles/camera/9/401/198.mvt", "Cookie", cookie); got.status != 200 {
		t.Fatalf("before: %d", got.status)
	}
	account, err := d.store.Account(t.Context(), "wei")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.DisableAccount(t.Context(), account.User.ID, true); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	for _, path := range []string{"/api/me", "/tiles/camera/9/401/198.mvt"} {
		if got := d.get(nobody, path, "Cookie", cookie); got.status != 401 {
			t.Errorf("%s a second after: %d", path, got.status)
		}
	}
	if got := signIn(d, "wei", password); got.status != 401 {
		t.Errorf("signing in after: %d", got.status)
	}
}

// Pages of other sites can neither use the cookie nor sign anybody in.
func TestOtherSitesAreRefused(t *testing.T) {
	d := open(t)
	d.person("wei", password, access.Analyst, county)
	cookie := cookieOf(t, signIn(d, "wei", password))
	host := strings.TrimPrefix(d.url, "http://")
	for name, test := range map[string]struct {
		headers []string
		want    int
	}{
		"our own page":                       {[]string{"Sec-Fetch-Site", "same-origin", "Origin", d.url}, 200},
		"our own page in an old browser":     {[]string{"Origin", d.url}, 200},
		"a program":                          {nil, 200},
		"another site":                       {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		"a neighbour on the same site":       {[]string{"Sec-Fetch-Site", "same-site"}, 403},
		"another site in an old browser":     {[]string{"Origin", "https://evil.example"}, 403},
		"another port of this host":          {[]string{"Origin", "http://" + host + "0"}, 403},
		"a sandboxed page":                   {[]string{"Origin", "null"}, 403},
		"another site that says it is alike": {[]string{"Sec-Fetch-Site", "cross-site", "Origin", d.url}, 403},
	} {
		headers := append([]string{"Cookie", cookie}, test.headers...)
		if got := d.post(nobody, "/api/inside", `{"layers":["site"]}`, headers...); got.status != test.want {
			t.Errorf("%s: %d, want %d", name, got.status, test.want)
		}
		if got := signIn(d, "wei", password, test.headers...); got.status != test.want {
			t.Errorf("%s, signing in: %d, want %d", name, got.status, test.want)
		}
	}
	if got := d.get(nobody, "/", "Sec-Fetch-Site", "cross-site"); got.status == 403 {
		t.Error("a link from another site is refused")
	}
}

// Guessing is slow: by name, whoever asks, and by address, whatever the name.
func TestGuessingIsSlow(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	d := open(t, func(o *api.Options) {
		o.Clock, o.TrustedProxies = clock, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	d.person("wei", password, access.Analyst, county)
	from := func(i int) []string { return []string{"X-Forwarded-For", "10.1.0." + strconv.Itoa(i)} }
	for i := range 10 {
		name := "wei"
		if i%2 == 1 {
			name = "WEI" // the same account
		}
		if got := signIn(d, name, another, from(i)...); got.status != 401 {
			t.Fatalf("guess %d: %d", i, got.status)
		}
	}
	got := signIn(d, "wei", password, from(11)...)
	wait, _ := strconv.Atoi(got.header.Get("Retry-After"))
	if got.status != 429 || wait < 1 || wait > 30 {
		t.Fatalf("after ten guesses even the right password waits: %d, Retry-After %d", got.status, wait)
	}
	mu.Lock()
	now = now.Add(time.Duration(wait) * time.Second)
	mu.Unlock()
	if got := signIn(d, "wei", password, from(11)...); got.status != 200 {
		t.Errorf("after the wait: %d %s", got.status, got.body)
	}
	if got := signIn(d, "mei", another, from(12)...); got.status != 401 {
		t.Errorf("another name meanwhile: %d", got.status)
	}
}

// Fiber uses the memory of a request again: 64 clients with tokens of their
// own must each be told who they are, and never be taken for another.
func TestNobodyIsTakenForAnother(t *testing.T) {
	d := open(t)
	areas := []string{county, sibling, city, otherCity, ""}
	var askers []who
	for _, role := range access.Roles {
		for _, area := range areas {
			askers = append(askers, who{role, area})
			d.token(who{role, area})
		}
	}
	var wait sync.WaitGroup
	for i := range 64 {
		w := askers[i%len(askers)]
		wait.Go(func() {
			for range 40 {
				me := d.get(w, "/api/me").json(t)
				if me["name"] != w.String() || me["area"].(map[string]any)["code"] != w.area {
					t.Errorf("%s was told to be %v", w, me)
				}
				q := "x" + strings.Repeat("y", i) + w.String()
				got := d.get(w, "/catalog?"+strings.ReplaceAll(q, "@", "_")+"=1")
				if want := "\"parameter\":\"x"; w.role.Has(access.ReadMap) && !strings.Contains(string(got.body), want) {
					t.Errorf("%s was answered %s", w, got.body)
				}
			}
		})
	}
	wait.Wait()
}
