package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"sitmap/api/auth"
	"sitmap/layers"
)

// The failures that only a server of HTTP knows.
var (
	errSignIn      = errors.New("sign in first")
	errCredential  = errors.New("the session or the token is not valid; sign in again")
	errCrossSite   = errors.New("this request comes from another site")
	errContentType = errors.New("send the body as application/json")
	errEncoding    = errors.New("send the body without Content-Encoding")
	errInternal    = errors.New("internal error")
)

// problem is the answer to a request that failed (RFC 9457).
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	RequestID string `json:"requestId,omitempty"`
}

// titles names each status that is ever answered, and its type.
var titles = map[int]struct{ kind, title string }{
	http.StatusBadRequest:                  {"invalid", "请求有误 · Invalid request"},
	http.StatusUnauthorized:                {"sign-in", "请先登录 · Sign in first"},
	http.StatusForbidden:                   {"denied", "没有权限 · Not allowed"},
	http.StatusNotFound:                    {"not-found", "没有找到 · Not found"},
	http.StatusMethodNotAllowed:            {"method", "方法不允许 · Method not allowed"},
	http.StatusNotAcceptable:               {"not-acceptable", "没有所求的格式 · Not to be had in that form"},
	http.StatusRequestTimeout:              {"slow-request", "请求超时 · The request came too slowly"},
	http.StatusConflict:                    {"conflict", "状态冲突 · Conflict"},
	http.StatusRequestEntityTooLarge:       {"too-large", "内容过大 · Too large"},
	http.StatusUnsupportedMediaType:        {"media-type", "内容类型有误 · Wrong media type"},
	http.StatusTooManyRequests:             {"too-many", "尝试过多，请稍后再试 · Too many attempts"},
	http.StatusRequestHeaderFieldsTooLarge: {"head-too-large", "请求头过大 · Headers too large"},
	http.StatusInternalServerError:         {"internal", "内部错误 · Internal error"},
	http.StatusBadGateway:                  {"basemap", "底图取不到 · The basemap cannot be had"},
	http.StatusGatewayTimeout:              {"basemap-slow", "底图没有及时响应 · The basemap did not answer in time"},
	http.StatusServiceUnavailable:          {"unavailable", "暂时不可用 · Unavailable for the moment"},
}

// statusOf is the only place that turns a failure into an HTTP status.
func statusOf(err error) int {
	var tooMany *auth.TooMany
	var fromFiber *fiber.Error
	switch {
	case errors.Is(err, errSignIn), errors.Is(err, errCredential), errors.Is(err, auth.ErrWrong):
		return http.StatusUnauthorized
	case errors.As(err, &tooMany):
		return http.StatusTooManyRequests
	case errors.Is(err, errCrossSite):
		return http.StatusForbidden
	case errors.Is(err, errContentType), errors.Is(err, errEncoding):
		return http.StatusUnsupportedMediaType
	case errors.Is(err, errNotAcceptable):
		return http.StatusNotAcceptable
	case errors.Is(err, errBasemapSlow):
		return http.StatusGatewayTimeout
	case errors.Is(err, errBasemap):
		return http.StatusBadGateway
	// Unavailable comes before the other kinds: a database that fails in the
	// middle of finding something has not failed to find it.
	case errors.Is(err, layers.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	case errors.Is(err, layers.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, layers.ErrInvalid):
		return http.StatusBadRequest
	case errors.Is(err, layers.ErrDenied):
		return http.StatusForbidden
	case errors.Is(err, layers.ErrConflict):
		return http.StatusConflict
	case errors.As(err, &fromFiber):
		// What fasthttp cannot read is the client's fault, whatever it is called.
		if _, known := titles[fromFiber.Code]; known && fromFiber.Code < http.StatusInternalServerError {
			return fromFiber.Code
		}
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// problemOf is what the client is told. The text of the chain is shown only
// where it was written for people.
func problemOf(err error, requestID string) problem {
	status := statusOf(err)
	p := problem{Type: "urn:sitmap:problem:" + titles[status].kind, Title: titles[status].title, Status: status, RequestID: requestID}
	var parameter *layers.InvalidParameter
	var fromFiber *fiber.Error
	switch {
	case status == http.StatusInternalServerError:
		p.Detail = "Internal error; tell the operator the request id."
	case status == http.StatusServiceUnavailable:
		p.Detail = "The server cannot answer this just now; try again in a moment."
	case status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		// What the service behind the basemap said, and where it is, is the operator's.
		p.Detail = "The basemap's own source did not give this tile; the rest of the map is not affected."
	case errors.As(err, &parameter):
		p.Detail, p.Parameter = parameter.Name+" "+parameter.Want, parameter.Name
	case errors.As(err, &fromFiber):
		p.Detail = http.StatusText(status)
	default:
		p.Detail = err.Error()
	}
	return p
}

// waitOf is the seconds of a Retry-After header, "" for none.
func waitOf(err error, status int) string {
	wait := retryAfter
	var tooMany *auth.TooMany
	switch {
	case errors.As(err, &tooMany):
		wait = tooMany.Wait
	case status != http.StatusServiceUnavailable:
		return ""
	}
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}
