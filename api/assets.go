package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"

	"sitmap/layers"
	"sitmap/tiles"
)

const (
	// forever is for files named by their content.
	forever = "public, max-age=31536000, immutable"
	// brotliLevel packs nearly as well as the highest, in a tenth of the time.
	brotliLevel = 6
)

// contentTypes are the files a web application is made of.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".json": "application/json; charset=utf-8", ".map": "application/json; charset=utf-8",
	".svg": "image/svg+xml; charset=utf-8", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp",
	".ico": "image/x-icon", ".woff2": "font/woff2", ".wasm": "application/wasm", ".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json; charset=utf-8", ".pbf": "application/x-protobuf",
}

// compressible are the types that are not packed already.
var compressible = map[string]bool{
	".html": true, ".css": true, ".js": true, ".mjs": true, ".json": true, ".map": true,
	".svg": true, ".wasm": true, ".txt": true, ".webmanifest": true, ".pbf": true,
}

// assets is the web application in memory, by name. Files are found in a
// table, never by putting a path together.
type assets struct {
	index *asset // nil when there is no application
	files map[string]*asset
}

// asset is one file and its packed forms, made when first asked for.
type asset struct {
	contentType string
	tag         string
	plain       []byte
	brotli      func() []byte // nil for types that do not pack
	gzip        func() []byte
}

// loadAssets reads index.html and assets/ of the built application.
func loadAssets(app fs.FS) (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	if app == nil {
		return a, nil
	}
	index, err := fs.ReadFile(app, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("web application: %w", err)
	}
	a.index = newAsset("index.html", index)
	entries, err := fs.ReadDir(app, "assets")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("web application: %w", err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		content, err := fs.ReadFile(app, path.Join("assets", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("web application: %w", err)
		}
		a.files[entry.Name()] = newAsset(entry.Name(), content)
	}
	return a, nil
}

func newAsset(name string, content []byte) *asset {
	sum := sha256.Sum256(content)
	a := &asset{contentType: contentTypes[path.Ext(name)], tag: hex.EncodeToString(sum[:12]), plain: content}
	if a.contentType == "" {
		a.contentType = "application/octet-stream"
	}
	if compressible[path.Ext(name)] && len(content) >= worthGzip {
		a.brotli = sync.OnceValue(func() []byte { return packBrotli(content) })
		a.gzip = sync.OnceValue(func() []byte { return packGzip(content) })
	}
	return a
}

// packBrotli packs; a bytes.Buffer takes every write, so nothing can fail.
func packBrotli(content []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotliLevel)
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}

func packGzip(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}

// application answers with the page that starts the web application.
func (s *Server) application(_ context.Context, r *request) error {
	if s.assets.index == nil {
		return fmt.Errorf("this program was built without the web application; its interface is described at /docs: %w", layers.ErrNotFound)
	}
	return r.sendAsset(s.assets.index, "no-cache")
}

func (s *Server) asset(_ context.Context, r *request) error {
	a, ok := s.assets.files[r.text("file")]
	if !ok {
		return fmt.Errorf("no such file: %w", layers.ErrNotFound)
	}
	return r.sendAsset(a, forever)
}

// sendAsset answers with the file in the best coding the client takes.
func (r *request) sendAsset(a *asset, rule string) error {
	r.cache(rule)
	r.fiber.Set(fiber.HeaderVary, "Accept-Encoding") // the same for everybody
	there := []tiles.Coding{tiles.Identity}
	if a.gzip != nil {
		there = []tiles.Coding{tiles.Brotli, tiles.Gzip, tiles.Identity}
	}
	body, tag := a.plain, a.tag
	coding := r.codings().best(there...)
	switch coding {
	case tiles.Brotli:
		body, tag = a.brotli(), tag+"-br"
	case tiles.Gzip:
		body, tag = a.gzip(), tag+"-gzip"
	}
	if r.fresh(tag) {
		return nil
	}
	r.fiber.Set(fiber.HeaderContentType, a.contentType)
	if coding != tiles.Identity {
		r.fiber.Set(fiber.HeaderContentEncoding, coding.String())
	}
	return r.fiber.Send(body)
}
