package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

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

func TestSecretsOfDevicesNeverCrossANetworkInTheClear(t *testing.T) {
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	writeCertificate(t, cert, key)
	tests := map[string]struct {
		doors
		listening
		open int
		kind error
	}{
		"none":                        {doors{}, listening{}, 0, nil},
		"loopback":                    {doors{MQTT: "127.0.0.1:0", JT808: "localhost:0"}, listening{}, 2, nil},
		"MQTT everywhere":             {doors{MQTT: "0.0.0.0:0"}, listening{}, 0, layers.ErrInvalid},
		"MQTT everywhere by TLS":      {doors{MQTT: "0.0.0.0:0"}, listening{TLSCert: cert, TLSKey: key}, 1, nil},
		"MQTT behind the web's proxy": {doors{MQTT: "0.0.0.0:0"}, listening{TrustedProxy: []string{"10.0.0.0/24"}}, 0, layers.ErrInvalid},
		"808 everywhere":              {doors{MQTT: "127.0.0.1:0", JT808: ":0"}, listening{TLSCert: cert, TLSKey: key}, 0, layers.ErrInvalid},
		"808 in a closed network":     {doors{JT808: ":0", JT808Clear: true}, listening{}, 1, nil},
		"no port":                     {doors{JT808: "127.0.0.1"}, listening{}, 0, layers.ErrInvalid},
		"no such certificate":         {doors{MQTT: "127.0.0.1:0"}, listening{TLSCert: "no.pem", TLSKey: "no.pem"}, 0, layers.ErrInvalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := test.doors.open(test.listening)
			defer closeDoors(all)
			if !errors.Is(err, test.kind) || len(all) != test.open {
				t.Errorf("%d doors, %v; want %d", len(all), err, test.open)
			}
		})
	}
}

// writeCertificate makes a certificate that nobody trusts.
func writeCertificate(t *testing.T, cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	public, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: public}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
