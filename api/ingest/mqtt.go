package ingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"sitmap/layers"
	"sitmap/layers/live"
)

const (
	// mostConnect is the bytes of the first packet, before anybody is known.
	mostConnect = 4 << 10
	// mostPacket is the bytes of any other.
	mostPacket = 256 << 10
	// mqttPause is how long nobody may connect after a fix could not be made
	// durable, so that those who were sent away come back gently.
	mqttPause = 2 * time.Second
	// mqttVersion is the protocol level of MQTT 3.1.1.
	mqttVersion = 4
)

// ServeMQTT is the door of MQTT 3.1.1, until ctx ends. The name of the user is
// that of the source, the password its secret. It takes what OwnTracks publishes
// at owntracks/SOURCE/DEVICE and a batch of fixes at
// sitmap/SOURCE/positions; nobody may subscribe to anything, nothing is passed on
// or retained, and no session outlives its connection.
//
// A message is acknowledged when its fixes are durable, or refused for good, which
// MQTT 3.1.1 cannot tell apart: whoever was not acknowledged sends again. When the
// fixes cannot be made durable there is no acknowledgement, the connection ends,
// and for a moment connecting is answered with "server unavailable". Publishing
// for somebody else ends the connection as well.
func (d *Doors) ServeMQTT(ctx context.Context, listener net.Listener) error {
	broker := mqtt.New(&mqtt.Options{
		Logger:                 slog.New(slog.DiscardHandler), // it would log positions
		SysTopicResendInterval: int64(24 * time.Hour / time.Second),
		Capabilities: &mqtt.Capabilities{
			MaximumClients:             mostConnections,
			MaximumClientWritesPending: 8,
			MaximumPacketSize:          mostPacket,
			MaximumInflight:            64,
			ReceiveMaximum:             64,
			MinimumProtocolVersion:     mqttVersion,
			MaximumQos:                 2,
			RetainAvailable:            1, // devices ask for it and are not sent away; see hook
		},
	})
	h := &hook{doors: d, broker: broker, base: context.WithoutCancel(ctx)}
	if err := broker.AddHook(h, nil); err != nil {
		return fmt.Errorf("start MQTT: %w", err)
	}
	if err := broker.Serve(); err != nil {
		return fmt.Errorf("start MQTT: %w", err)
	}
	err := newConnections(d, MQTT).serve(ctx, listener, func(conn *connection) {
		// Why it ended was said by the hook, or is the device's own affair.
		_ = broker.EstablishConnection(string(MQTT), &mqttConnection{connection: conn})
	})
	if closed := broker.Close(); err == nil && closed != nil {
		err = fmt.Errorf("stop MQTT: %w", closed)
	}
	return err
}

// session is whose an MQTT connection is.
type session struct{ source, secret, address string }

// mqttConnection is a connection whose first packet must be a small CONNECT: the
// broker would make room for whatever length a stranger claims.
type mqttConnection struct {
	*connection
	whose session
	head  []byte
	seen  bool
}

func (c *mqttConnection) Read(b []byte) (int, error) {
	n, err := c.connection.Read(b)
	if c.seen {
		return n, err
	}
	c.head = append(c.head, b[:min(n, 5)]...)
	if len(c.head) > 0 && c.head[0] != packets.Connect<<4 {
		return 0, packets.ErrProtocolViolationRequireFirstConnect
	}
	if len(c.head) < 2 {
		return n, err
	}
	switch length, size := binary.Uvarint(c.head[1:min(len(c.head), 5)]); {
	case size < 0, size == 0 && len(c.head) >= 5, length > mostConnect:
		return 0, packets.ErrPacketTooLarge
	case size > 0:
		c.seen, c.head = true, nil
	}
	return n, err
}

// notAuthorised is the highest return code of a CONNACK.
const notAuthorised = 5

// Write keeps the broker to MQTT 3.1.1, in which a server sends no DISCONNECT and
// knows few reasons to refuse a connection.
func (c *mqttConnection) Write(b []byte) (int, error) {
	switch {
	case len(b) == 2 && b[0] == packets.Disconnect<<4:
		return len(b), nil
	case len(b) == 4 && b[0] == packets.Connack<<4 && b[3] > notAuthorised:
		b = []byte{b[0], b[1], b[2], notAuthorised}
	}
	return c.connection.Write(b)
}

// hook is where the broker asks.
type hook struct {
	mqtt.HookBase
	doors  *Doors
	broker *mqtt.Server
	base   context.Context
	paused atomic.Int64 // until when nobody may connect, in Unix nanoseconds
}

// ID is the hook's name in the broker.
func (h *hook) ID() string { return "sitmap" }

// Provides tells which questions it answers.
func (h *hook) Provides(question byte) bool {
	return bytes.IndexByte([]byte{mqtt.OnConnect, mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPublish}, question) >= 0
}

// OnConnect refuses other versions and forgets what would outlive the connection.
func (h *hook) OnConnect(client *mqtt.Client, _ packets.Packet) error {
	if client.Properties.ProtocolVersion != mqttVersion {
		return h.turnAway(client, packets.ErrUnsupportedProtocolVersion)
	}
	if time.Now().UnixNano() < h.paused.Load() {
		h.doors.Counts.Refuse(MQTT, ReasonUnavailable)
		return h.turnAway(client, packets.ErrServerUnavailable)
	}
	client.Properties.Will, client.Properties.Clean = mqtt.Will{}, true
	return nil
}

func (h *hook) turnAway(client *mqtt.Client, code packets.Code) error {
	return errors.Join(code, h.broker.SendConnack(client, code, false, nil))
}

// OnConnectAuthenticate finds out whose connection it is.
func (h *hook) OnConnectAuthenticate(client *mqtt.Client, pk packets.Packet) bool {
	conn, ok := client.Net.Conn.(*mqttConnection)
	if !ok {
		return false
	}
	ctx, cancel := context.WithTimeout(h.base, receiveTimeout)
	defer cancel()
	who := session{string(pk.Connect.Username), string(pk.Connect.Password), hostOf(conn.RemoteAddr())}
	source, err := h.doors.source(ctx, MQTT, who.secret, who.address)
	switch {
	case errors.Is(err, layers.ErrUnavailable):
		_ = h.turnAway(client, packets.ErrServerUnavailable)
		client.Stop(err)
		return false
	case err != nil:
		return false
	case source.ID != who.source:
		h.doors.Counts.Refuse(MQTT, ReasonCredential)
		return false
	}
	conn.whose = who
	// One source's devices do not push another's away by taking their names.
	client.ID = who.source + "/" + client.ID
	return true
}

// OnACLCheck lets a client publish for its own source, and read nothing.
func (h *hook) OnACLCheck(client *mqtt.Client, topic string, write bool) bool {
	conn, ok := client.Net.Conn.(*mqttConnection)
	if ok && write {
		if source, _, ok := readTopic(topic); ok && source == conn.whose.source {
			return true
		}
	}
	h.doors.Counts.Refuse(MQTT, ReasonCredential)
	return false
}

// readTopic is whose topic it is, and of which device; batches have none.
func readTopic(topic string) (source, device string, ok bool) {
	levels := strings.Split(topic, "/")
	switch {
	case len(levels) == 3 && levels[0] == "sitmap" && levels[2] == "positions":
		return levels[1], "", true
	case (len(levels) == 3 || len(levels) == 4) && levels[0] == "owntracks" && levels[2] != "":
		return levels[1], levels[2], true
	}
	return "", "", false
}

// OnPublish takes a message, before it is acknowledged.
func (h *hook) OnPublish(client *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	conn, ok := client.Net.Conn.(*mqttConnection)
	if !ok {
		return pk, packets.ErrRejectPacket
	}
	ctx, cancel := context.WithTimeout(h.base, receiveTimeout)
	defer cancel()
	if err := h.take(ctx, conn.whose, pk); err != nil {
		if errors.Is(err, layers.ErrUnavailable) {
			h.paused.Store(time.Now().Add(mqttPause).UnixNano())
		}
		client.Stop(err)
		return pk, packets.ErrRejectPacket
	}
	return pk, packets.CodeSuccessIgnore // acknowledged, and passed on to nobody
}

// take returns when the message's fixes are durable or refused for good.
func (h *hook) take(ctx context.Context, who session, pk packets.Packet) error {
	_, device, _ := readTopic(pk.TopicName)
	source, err := h.doors.source(ctx, MQTT, who.secret, who.address)
	if err != nil {
		if !errors.Is(err, layers.ErrUnavailable) { // it was revoked since the client connected
			if r, err := ReadOwnTracks(pk.Payload); err == nil && r.Fix.SOS && device != "" {
				h.doors.cry(ctx, MQTT, who.address, who.source+"/"+device)
			}
		}
		return err
	}
	var fixes []live.Fix
	if device == "" {
		fixes, err = h.doors.Batch(pk.Payload)
	} else {
		var r Report
		r, err = ReadOwnTracks(pk.Payload)
		r.Device = device
		fixes = r.Fixes(source)
	}
	if err != nil {
		// It would be as malformed the next time.
		h.doors.Counts.Refuse(MQTT, ReasonMalformed)
		return nil
	}
	_, err = h.doors.Receive(ctx, MQTT, source, fixes)
	return err
}
