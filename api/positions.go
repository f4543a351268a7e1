package api

import (
	"context"
	"fmt"

	"sitmap/api/ingest"
	"sitmap/layers"
	"sitmap/layers/live"
)

// errNoLive says that this server has no live patrols.
var errNoLive = fmt.Errorf("this server has no live patrols: %w", layers.ErrNotFound)

// positions takes fixes and answers when they are durable.
func (s *Server) positions(ctx context.Context, r *request) error {
	if s.options.Live == nil {
		return errNoLive
	}
	fixes, err := readFixes(r.body)
	if err != nil {
		return s.malformed(ingest.Batch, err)
	}
	verdicts, err := s.doors.Receive(ctx, ingest.Batch, live.Source{ID: r.user.Name}, fixes)
	if err != nil {
		return err
	}
	body := append(make([]byte, 0, 16+12*len(verdicts)), `{"verdicts":[`...)
	for k, v := range verdicts {
		if k > 0 {
			body = append(body, ',')
		}
		body = append(append(append(body, '"'), v.String()...), '"') // a name, without anything to escape
	}
	return r.send(typeJSON, append(body, "]}"...))
}
