package main

import (
	"errors"
	"testing"

	"sitmap/layers"
)

func TestPasswordsNeverCrossANetworkInTheClear(t *testing.T) {
	tests := map[string]struct {
		listening
		kind error
	}{
		"loopback":                {listening{Listen: "127.0.0.1:0"}, nil},
		"loopback by name":        {listening{Listen: "localhost:0"}, nil},
		"every address":           {listening{Listen: "0.0.0.0:0"}, layers.ErrInvalid},
		"every address, unsaid":   {listening{Listen: ":0"}, layers.ErrInvalid},
		"behind a proxy":          {listening{Listen: "0.0.0.0:0", TrustedProxy: []string{"10.0.0.0/24"}}, nil},
		"behind nonsense":         {listening{Listen: "0.0.0.0:0", TrustedProxy: []string{"proxy"}}, layers.ErrInvalid},
		"a key without its chain": {listening{Listen: "127.0.0.1:0", TLSKey: "key.pem"}, layers.ErrInvalid},
		"files that do not exist": {listening{Listen: "127.0.0.1:0", TLSCert: "no.pem", TLSKey: "no.pem"}, layers.ErrInvalid},
		"no port":                 {listening{Listen: "127.0.0.1"}, layers.ErrInvalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			listener, err := test.open()
			if err == nil {
				listener.Close()
			}
			if !errors.Is(err, test.kind) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAPortInUseIsAConflict(t *testing.T) {
	first, err := listening{Listen: "127.0.0.1:0"}.open()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := (listening{Listen: first.Addr().String()}).open(); !errors.Is(err, layers.ErrConflict) {
		t.Errorf("%v", err)
	}
}
