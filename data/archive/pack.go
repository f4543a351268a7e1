package archive

import (
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"sitmap/tiles"
)

// isGzip tells packed bytes by how they begin (RFC 1952); no vector tile and
// no picture begins so.
func isGzip(body []byte) bool { return len(body) > 2 && body[0] == 0x1f && body[1] == 0x8b }

// packer compresses as hard as it can: a file is written once and read often.
// It is kept, because setting one up costs more than a small tile.
type packer struct{ gzip *gzip.Writer }

func (p *packer) pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	if p.gzip == nil {
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		p.gzip = w
	}
	p.gzip.Reset(&b)
	if _, err := p.gzip.Write(body); err != nil {
		return nil, err
	}
	if err := p.gzip.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unpack undoes a coding. What would grow beyond limit bytes is damaged.
func unpack(body []byte, coding tiles.Coding, limit int) ([]byte, error) {
	var from io.Reader = bytes.NewReader(body)
	switch coding {
	case tiles.Identity:
		return body, nil
	case tiles.Gzip:
		r, err := gzip.NewReader(from)
		if err != nil {
			return nil, damaged("gzip: %v", err)
		}
		from = r
	case tiles.Brotli:
		from = brotli.NewReader(from)
	case tiles.Zstd:
		r, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(4*limit)))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		defer r.Close()
		from = r
	}
	plain, err := io.ReadAll(io.LimitReader(from, int64(limit)+1))
	if err != nil {
		return nil, damaged("%s: %v", coding, err)
	}
	if len(plain) > limit {
		return nil, damaged("%d packed bytes hold more than %d", len(body), limit)
	}
	return plain, nil
}
