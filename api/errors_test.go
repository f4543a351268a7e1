package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"sitmap/api/auth"
	"sitmap/layers"
)

func TestEveryKindHasItsStatus(t *testing.T) {
	secret := errors.New("password=hunter2 host=10.9.8.7")
	tests := map[string]struct {
		err    error
		status int
		tells  string // part of the detail
	}{
		"not found":                 {fmt.Errorf("camera 17: %w", layers.ErrNotFound), 404, "camera 17"},
		"invalid":                   {fmt.Errorf("tile 3/9/1: %w", layers.ErrInvalid), 400, "tile 3/9/1"},
		"a parameter":               {fmt.Errorf("query: %w", layers.BadParameter("limit", "give a number")), 400, "give a number"},
		"denied":                    {fmt.Errorf("layer dispute: %w", layers.ErrDenied), 403, "layer dispute"},
		"conflict":                  {fmt.Errorf("import: %w", layers.ErrConflict), 409, "import"},
		"unavailable":               {errors.Join(layers.ErrUnavailable, secret), 503, "try again"},
		"unavailable while looking": {fmt.Errorf("%w: %w", layers.ErrNotFound, layers.ErrUnavailable), 503, "try again"},
		"out of time":               {fmt.Errorf("count: %w", context.DeadlineExceeded), 503, "try again"},
		"nobody's kind":             {secret, 500, "Internal error"},
		"too many":                  {&auth.TooMany{Wait: 1500 * time.Millisecond}, 429, "wait 2 s"},
		"a wrong password":          {auth.ErrWrong, 401, "wrong"},
		"no such route":             {fiber.NewError(404, "Cannot GET /<script>"), 404, "Not Found"},
		"what could not be read":    {fiber.ErrBadGateway, 400, "Bad Request"},
	}
	for name, test := range tests {
		p := problemOf(test.err, "id")
		if p.Status != test.status || !strings.Contains(p.Detail, test.tells) || p.Title == "" || p.Type == "urn:sitmap:problem:" {
			t.Errorf("%s: %+v, want %d with %q", name, p, test.status, test.tells)
		}
		if strings.Contains(fmt.Sprint(p), "hunter2") || strings.Contains(fmt.Sprint(p), "<script>") {
			t.Errorf("%s tells what it must not: %+v", name, p)
		}
	}
	if wait := waitOf(&auth.TooMany{Wait: 1500 * time.Millisecond}, 429); wait != "2" {
		t.Errorf("Retry-After is %s, want the full seconds that cover 1.5 s", wait)
	}
}
