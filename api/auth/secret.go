package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

const (
	secretBytes = 32 // 256 bits
	// tokenPrefix lets people and secret scanners recognise a token.
	tokenPrefix = "sitmap_"
)

// secretLength is the characters of a secret in base64url without padding.
var secretLength = base64.RawURLEncoding.EncodedLen(secretBytes)

// NewSession makes a session id for a cookie, and the SHA-256 under which the
// store knows it.
func NewSession() (secret string, hash [32]byte) {
	secret = newSecret()
	return secret, sha256.Sum256([]byte(secret))
}

// NewToken makes a token for a program, and the SHA-256 under which the store
// knows it. The token is shown once and kept nowhere.
func NewToken() (token string, hash [32]byte) {
	token = tokenPrefix + newSecret()
	return token, sha256.Sum256([]byte(token))
}

// HashToken is the SHA-256 of a token; false for a text that cannot be one.
func HashToken[T string | []byte](token T) (hash [32]byte, ok bool) {
	if len(token) != len(tokenPrefix)+secretLength || string(token[:len(tokenPrefix)]) != tokenPrefix {
		return hash, false
	}
	return sha256.Sum256([]byte(token)), true
}

func hashSession[T string | []byte](secret T) (hash [32]byte, ok bool) {
	if len(secret) != secretLength {
		return hash, false
	}
	return sha256.Sum256([]byte(secret)), true
}

func newSecret() string {
	b := make([]byte, secretBytes)
	// Read never fails: where the system has no randomness, the program ends.
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
