package stream

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"sitmap/layers"
)

// startServer starts the private server: no network, one stream, every write
// synced before it is answered.
func startServer(o Options) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "sitmap", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: o.Dir, SyncAlways: !o.Unsafe,
		// A little more than the stream, for what the store itself needs.
		JetStreamMaxStore: o.MaxBytes + 64<<20, JetStreamMaxMemory: 16 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("start NATS: %w", err)
	}
	s.SetLoggerV2(logger{o.Log}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("start NATS in %s: it is not ready: %w", o.Dir, layers.ErrUnavailable)
	}
	return s, nil
}

// logger hands on what goes wrong in the server.
type logger struct{ log *slog.Logger }

func (l logger) Warnf(format string, v ...any)  { l.log.Warn("NATS: " + fmt.Sprintf(format, v...)) }
func (l logger) Errorf(format string, v ...any) { l.log.Error("NATS: " + fmt.Sprintf(format, v...)) }
func (l logger) Fatalf(format string, v ...any) { l.log.Error("NATS: " + fmt.Sprintf(format, v...)) }
func (l logger) Noticef(string, ...any)         {}
func (l logger) Debugf(string, ...any)          {}
func (l logger) Tracef(string, ...any)          {}
