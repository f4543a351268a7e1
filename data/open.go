// Package data is where facts come from and rest. Open finds or starts the
// database; its sub-packages do the work.
package data

import (
	"context"
	"errors"
	"log/slog"

	"sitmap/data/embedded"
	"sitmap/data/postgis"
	"sitmap/layers"
)

// Options say which database to use and how.
type Options struct {
	// URL is an existing PostgreSQL with PostGIS; empty for the private cluster
	// in the folder Var.
	URL string
	Var string
	// Serve says that this is the one server of the folder; other commands join
	// a running cluster, or start it for as long as they run.
	Serve bool
	// Port of 127.0.0.1 on which the private cluster listens too; 0 for none.
	Port    int
	Catalog layers.Catalog
	Log     *slog.Logger
}

// Opened is an open store, and the cluster under it where it is private.
type Opened struct {
	Store   *postgis.Store
	Cluster *embedded.Cluster // nil with a URL
	URL     string            // of the database
}

// Open finds or starts the database, brings its schema up to date and opens
// it. Errors are those of embedded.Start and postgis.Open.
func Open(ctx context.Context, o Options) (*Opened, error) {
	opened, err := find(ctx, o)
	if err != nil {
		return nil, err
	}
	if opened.Store, err = postgis.Open(ctx, opened.URL, o.Catalog); err != nil {
		return nil, errors.Join(err, opened.Close(context.WithoutCancel(ctx)))
	}
	return opened, nil
}

// find is Open without the store, for what works on the database as a whole.
func find(ctx context.Context, o Options) (*Opened, error) {
	if o.URL != "" {
		return &Opened{URL: o.URL}, nil
	}
	begin := embedded.Join
	if o.Serve {
		begin = embedded.Start
	}
	cluster, err := begin(ctx, embedded.Options{Dir: o.Var, Port: o.Port, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return &Opened{Cluster: cluster, URL: cluster.URL()}, nil
}

// Close lets go of the store, which it may do twice, and ends the use of a
// private cluster.
func (o *Opened) Close(ctx context.Context) error {
	if o.Store != nil {
		o.Store.Close()
	}
	if o.Cluster != nil {
		return o.Cluster.Close(ctx)
	}
	return nil
}
