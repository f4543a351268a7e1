package main

import (
	"strings"
	"testing"
)

// What wrk 4.1.0 printed for a server that answered 404 now and then.
func TestReadWrk(t *testing.T) {
	o, err := readWrk(`Running 5s test @ http://127.0.0.1:8080
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   310.51us  203.15us   6.31ms   91.62%
    Req/Sec    26.53k     1.51k   28.90k    70.59%
  134567 requests in 5.10s, 1.25GB read
  Socket errors: connect 0, read 1, write 0, timeout 2
  Non-2xx or 3xx responses: 7
Requests/sec:  26386.13
Transfer/sec:    250.98MB
`)
	if err != nil || o.rate != 26386.13 || o.requests != 134567 || o.faults != 10 {
		t.Errorf("%+v, %v", o, err)
	}
	// 1.25 GB over 134,567 answers are 9,974 bytes each.
	if size := o.bytes / o.rate; size < 9973 || size > 9975 {
		t.Errorf("%.0f bytes an answer", size)
	}
	if _, err := readWrk("unable to connect"); err == nil {
		t.Error("no rate is no fault")
	}
}

// The words of libpq that GDAL takes; the URL is of the form that the embedded
// cluster gives.
func TestLibpq(t *testing.T) {
	got, err := libpq("postgres:///sitmap?host=/tmp/a%20b&user=sitmap")
	if err != nil || !strings.HasPrefix(got, "dbname=sitmap ") || !strings.Contains(got, "user=sitmap") || !strings.Contains(got, "host='/tmp/a b'") {
		t.Errorf("%s, %v", got, err)
	}
}
