package api

import (
	"bytes"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"sitmap/api/ingest"
	"sitmap/layers"
	"sitmap/layers/live"
)

// metrics counts requests by operation and kind of status, and describes the
// process. No layer, area or account appears in it.
type metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
	counting *prometheus.HistogramVec // by what was counted from: sums, features or release
}

func newMetrics(version string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "sitmap_http_request_seconds",
		Help:    "Time from the request to the end of its answer.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"operation", "status"})
	m.counting = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "sitmap_counting_seconds",
		Help:    "Time to count the features of a question, from sums kept ready or by looking at each.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1},
	}, []string{"from"})
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "sitmap_info", Help: "Always 1; the label says which version runs.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(m.seconds, m.counting, info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds what others count.
func (m *metrics) watch(streams func() int, bridged func() uint64) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sitmap_live_streams", Help: "Readers of the live stream just now.",
		}, func() float64 { return float64(streams()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "sitmap_credentials_bridged_total", Help: "Requests whose credential was believed from memory because the database did not answer.",
		}, func() float64 { return float64(bridged()) }),
	)
}

// watchCounts adds what the counts kept ready take.
func (m *metrics) watchCounts(size func() (bytes, changes int)) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sitmap_counts_bytes", Help: "Memory of the counts kept ready.",
		}, func() float64 { bytes, _ := size(); return float64(bytes) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sitmap_counts_changes", Help: "Changes of features that are not yet worked into the sums.",
		}, func() float64 { _, changes := size(); return float64(changes) }),
	)
}

// counted notes how long counting took since it began.
func (m *metrics) counted(from string, began time.Time) {
	m.counting.WithLabelValues(from).Observe(time.Since(began).Seconds())
}

// watchLive adds what the gate and the board count: fixes by verdict, and units
// by state, none by name.
func (m *metrics) watchLive(l *Live) {
	for _, v := range live.Verdicts {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "sitmap_fixes_total", Help: "Fixes received, by what was made of them.", ConstLabels: prometheus.Labels{"verdict": v.String()},
		}, func() float64 { return float64(l.Gate.Counts()[v]) }))
	}
	for _, state := range live.States {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sitmap_units", Help: "Units by what they do just now.", ConstLabels: prometheus.Labels{"state": string(state)},
		}, func() float64 { return float64(l.Board.Counts(layers.Everywhere)[state]) }))
	}
	if l.Refused != nil {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "sitmap_fixes_refused_by_store_total", Help: "Records of the buffer that the store did not take and keeps apart.",
		}, func() float64 { return float64(l.Refused()) }))
	}
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "sitmap_alarm_fixes_total", Help: "Fixes that asked for help.",
	}, func() float64 { return float64(l.Gate.Alarms()) }))
}

// watchDoors adds what came in by the doors of devices.
func (m *metrics) watchDoors(c *ingest.Counts) {
	for _, p := range ingest.Protocols {
		of := func(more ...string) prometheus.Labels {
			labels := prometheus.Labels{"protocol": string(p)}
			for i := 0; i < len(more); i += 2 {
				labels[more[i]] = more[i+1]
			}
			return labels
		}
		for _, v := range live.Verdicts {
			m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "sitmap_door_fixes_total", Help: "Fixes by protocol and by what was made of them.", ConstLabels: of("verdict", v.String()),
			}, func() float64 { return float64(c.Fixes(p, v)) }))
		}
		for _, r := range ingest.Reasons {
			m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "sitmap_door_refusals_total", Help: "Messages and connections that did not come to be judged, by protocol and reason.", ConstLabels: of("reason", string(r)),
			}, func() float64 { return float64(c.Refusals(p, r)) }))
		}
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sitmap_door_connections", Help: "Devices connected just now, by protocol.", ConstLabels: of(),
		}, func() float64 { return float64(c.Connections(p)) }))
	}
}

func (m *metrics) observe(op *operation, status int, took time.Duration) {
	op.seconds.of(m, op.ID, status/100).Observe(took.Seconds())
}

// observers are the histograms of an operation by kind of status, looked up
// when first needed, so that /metrics shows only what happened.
type observers [6]atomic.Pointer[prometheus.Observer]

func (o *observers) of(m *metrics, operation string, kind int) prometheus.Observer {
	if known := o[kind].Load(); known != nil {
		return *known
	}
	found := m.seconds.WithLabelValues(operation, strconv.Itoa(kind)+"xx")
	o[kind].Store(&found)
	return found
}

// text is all of it in Prometheus' text format.
func (m *metrics) text() ([]byte, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return nil, fmt.Errorf("gather metrics: %w", err)
	}
	var b bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&b, family); err != nil {
			return nil, fmt.Errorf("write metric %s: %w", family.GetName(), err)
		}
	}
	return b.Bytes(), nil
}
