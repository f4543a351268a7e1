package auth

import (
	"crypto/sha256"
	"strings"
	"testing"
)

func TestSecrets(t *testing.T) {
	token, hash := NewToken()
	if got, ok := HashToken(token); !ok || got != hash || hash != sha256.Sum256([]byte(token)) {
		t.Errorf("the token %s has another hash", token)
	}
	secret, hash := NewSession()
	if got, ok := hashSession(secret); !ok || got != hash {
		t.Error("the session has another hash")
	}
	if _, ok := HashToken(secret); ok {
		t.Error("a session passed for a token")
	}
	if _, ok := hashSession(token); ok {
		t.Error("a token passed for a session")
	}
	for _, wrong := range []string{"", "sitmap_", "sitmap_x", token + "x", strings.Repeat("x", 1<<20)} {
		if _, ok := HashToken(wrong); ok {
			t.Errorf("%.20q passed for a token", wrong)
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		s, _ := NewSession()
		if seen[s] || len(s) != 43 { // 256 bits in base64
			t.Fatalf("the secret %q is short or was there before", s)
		}
		seen[s] = true
	}
}

// The stored form names the cost, so that it can grow later, and no password
// is compared with nothing.
func TestPasswords(t *testing.T) {
	p, err := newPasswords()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := HashPassword("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Errorf("stored as %s", stored)
	}
	for name, test := range map[string]struct {
		password, stored string
		fits             bool
	}{
		"the right one":                {"correct horse battery", stored, true},
		"a wrong one":                  {"Correct horse battery", stored, false},
		"an empty one":                 {"", stored, false},
		"an account without":           {"", "", false},
		"an account without, any word": {"correct horse battery", "", false},
	} {
		if fits, err := p.compare(t.Context(), test.password, test.stored); err != nil || fits != test.fits {
			t.Errorf("%s: %t %v", name, fits, err)
		}
	}
}
