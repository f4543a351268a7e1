package mlt

import (
	"encoding/binary"
	"math"
)

// The types of a property's column.
const (
	boolType     = 10
	signedType   = 16
	unsignedType = 18
	singleType   = 24
	doubleType   = 26
	textType     = 28
)

type bools []bool

func (bools) columnType() byte { return boolType }

func (all bools) append(b, present []byte) []byte {
	bits := make([]byte, (len(all)+7)/8)
	for i, v := range all {
		if v {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return appendStream(append(b, present...), ofData, asIs, len(all), byteRuns(bits))
}

type integers struct {
	of   byte
	fold folding
	all  []int64
}

func (n integers) columnType() byte { return n.of }

func (n integers) append(b, present []byte) []byte {
	return appendIntegers(append(b, present...), ofData, n.all, n.fold)
}

// singles are numbers that 32 bits hold to the last digit.
type singles []float64

func (singles) columnType() byte { return singleType }

func (all singles) append(b, present []byte) []byte {
	var body []byte
	for _, v := range all {
		body = binary.LittleEndian.AppendUint32(body, math.Float32bits(float32(v)))
	}
	return appendStream(append(b, present...), ofData, asIs, len(all), body)
}

type doubles []float64

func (doubles) columnType() byte { return doubleType }

func (all doubles) append(b, present []byte) []byte {
	var body []byte
	for _, v := range all {
		body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v))
	}
	return appendStream(append(b, present...), ofData, asIs, len(all), body)
}

type texts []string

func (texts) columnType() byte { return textType }

// append writes the texts one after another, or those that differ and which of
// them stands where, whichever is shorter. Alone among the types, text tells how
// many streams it is.
func (all texts) append(b, present []byte) []byte {
	var words texts
	var indices []int64
	places := map[string]int64{}
	for _, v := range all {
		place, known := places[v]
		if !known {
			place = int64(len(words))
			places[v] = place
			words = append(words, v)
		}
		indices = append(indices, place)
	}
	streams, body := byte(2), all.appendText(nil, ofTextLengths, ofData)
	dictionary := words.appendText(appendIntegers(nil, ofDictionaryIndices, indices, unsigned32), ofDictionaryLengths, ofDictionary)
	if len(dictionary) < len(body) {
		streams, body = 3, dictionary
	}
	if len(present) > 0 {
		streams++
	}
	return append(append(append(b, streams), present...), body...)
}

// appendText appends a stream of the lengths, in bytes, and one of the bytes,
// which counts nothing.
func (all texts) appendText(b []byte, lengthsHold, textHolds byte) []byte {
	var lengths []int64
	var body []byte
	for _, v := range all {
		lengths = append(lengths, int64(len(v)))
		body = append(body, v...)
	}
	b = appendIntegers(b, lengthsHold, lengths, unsigned32)
	return appendStream(b, textHolds, asIs, 0, body)
}
