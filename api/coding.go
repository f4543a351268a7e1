package api

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"sitmap/tiles"
)

// liked is how much a client likes each content coding, in thousandths; 0 is
// not at all.
type liked [4]int16

// byTaste are the codings as they are chosen where a client likes several
// equally: the quickest to unpack first, the plain bytes last.
var byTaste = [...]tiles.Coding{tiles.Zstd, tiles.Brotli, tiles.Gzip, tiles.Identity}

const unsaid = -1

// readCodings reads the Accept-Encoding header of a request (RFC 9110 §12.5.3).
// Members that make no sense count for nothing. Without the header any coding
// would be allowed, but programs that send none seldom unpack one: they get
// the plain bytes.
func readCodings(header []byte) liked {
	all := liked{unsaid, unsaid, unsaid, unsaid}
	rest := int16(unsaid)
	for len(header) > 0 {
		var member []byte
		member, header, _ = bytes.Cut(header, []byte{','})
		name, params, _ := bytes.Cut(member, []byte{';'})
		name = bytes.TrimSpace(name)
		weight, ok := readWeight(bytes.TrimSpace(params))
		if !ok {
			continue
		}
		if len(name) == 1 && name[0] == '*' {
			rest = weight
		} else if coding, known := codingOf(name); known {
			all[coding] = weight
		}
	}
	for coding, weight := range all {
		switch {
		case weight != unsaid:
		case rest != unsaid:
			all[coding] = rest
		case tiles.Coding(coding) == tiles.Identity:
			// Allowed unless forbidden, but liked less than all that was named.
			all[coding] = 1
		default:
			all[coding] = 0
		}
	}
	return all
}

func codingOf(name []byte) (tiles.Coding, bool) {
	switch {
	case bytes.EqualFold(name, []byte("gzip")), bytes.EqualFold(name, []byte("x-gzip")):
		return tiles.Gzip, true
	case bytes.EqualFold(name, []byte("br")):
		return tiles.Brotli, true
	case bytes.EqualFold(name, []byte("zstd")):
		return tiles.Zstd, true
	case bytes.EqualFold(name, []byte("identity")):
		return tiles.Identity, true
	}
	return 0, false
}

// readWeight reads "q=0.8" (RFC 9110 §12.4.2), nothing being 1, in thousandths.
func readWeight(text []byte) (weight int16, ok bool) {
	if len(text) == 0 {
		return 1000, true
	}
	if len(text) < 3 || text[0]|0x20 != 'q' || text[1] != '=' || text[2] != '0' && text[2] != '1' {
		return 0, false
	}
	weight = int16(text[2]-'0') * 1000
	digits := text[3:]
	if len(digits) == 0 {
		return weight, true
	}
	if digits[0] != '.' || len(digits) > 4 {
		return 0, false
	}
	for unit := int16(100); len(digits) > 1; unit /= 10 {
		digits = digits[1:]
		if digits[0] < '0' || digits[0] > '9' {
			return 0, false
		}
		weight += int16(digits[0]-'0') * unit
	}
	return weight, weight <= 1000
}

// best is the coding that the client likes most of those that there are. The
// plain bytes are sent even to a client that forbids them and takes nothing
// else: RFC 9110 §12.4.1 allows it, and a tile helps more than a 406.
func (l liked) best(there ...tiles.Coding) tiles.Coding {
	chosen, weight := tiles.Identity, int16(0)
	for _, c := range there {
		if l[c] > weight {
			chosen, weight = c, l[c]
		}
	}
	return chosen
}

// codings is what the client of the request likes.
func (r *request) codings() liked {
	return readCodings(r.fiber.Request().Header.Peek(fiber.HeaderAcceptEncoding))
}

// takesGzip reports whether an answer that can be sent plain or with gzip
// should be sent with gzip.
func (r *request) takesGzip() bool {
	return r.codings().best(tiles.Gzip, tiles.Identity) == tiles.Gzip
}

// hasTag reports whether the If-None-Match header names the entity tag, given
// with its quotes, or anything by a star. It compares weakly (RFC 9110
// §13.1.2): a 304 is right whoever weakened the tag on its way.
func hasTag(header, tag []byte) bool {
	for len(header) > 0 {
		var member []byte
		member, header, _ = bytes.Cut(header, []byte{','})
		member = bytes.TrimPrefix(bytes.TrimSpace(member), []byte("W/"))
		if bytes.Equal(member, tag) || len(member) == 1 && member[0] == '*' {
			return true
		}
	}
	return false
}
