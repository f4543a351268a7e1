package postgis

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Listen calls changed for every committed change of a layer, with its new
// version, until ctx ends; it returns nil then. Each time it begins to hear, the
// first included, it tells the version of every layer that has one: whoever read
// before Listen heard compares, and has missed nothing. What a change did is for
// Changes to say. Listen has a connection of its own; when that breaks it connects
// again. changed is called on this goroutine and must not take long.
func (s *Store) Listen(ctx context.Context, changed func(layer string, version int64)) error {
	config, err := configure(s.url)
	if err != nil {
		return err
	}
	config.ConnConfig.RuntimeParams["application_name"] = "sitmap changes"
	known := map[string]int64{}
	tell := func(layer string, version int64) {
		if known[layer] < version {
			known[layer] = version
			changed(layer, version)
		}
	}
	wait := 100 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		err := s.hear(ctx, config.ConnConfig, tell)
		if ctx.Err() != nil {
			return nil
		}
		s.log.Warn("changes of layers are not heard; connecting again", "error", err)
		if time.Since(began) > time.Minute {
			wait = 100 * time.Millisecond
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
	return nil
}

// hear listens on one connection until it breaks.
func (s *Store) hear(ctx context.Context, config *pgx.ConnConfig, tell func(string, int64)) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `listen sitmap_layer`); err != nil {
		return err
	}
	// In this order: what commits in between is told twice rather than never.
	r, err := conn.Query(ctx, `select layer, version from layer_version`)
	if err != nil {
		return err
	}
	var layer string
	var version int64
	if _, err := pgx.ForEachRow(r, []any{&layer, &version}, func() error {
		tell(layer, version)
		return nil
	}); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		layer, number, _ := strings.Cut(n.Payload, " ")
		if version, err := strconv.ParseInt(number, 10, 64); err == nil {
			tell(layer, version)
		}
	}
}
