package mlt

import "sitmap/tiles/mvt"

// What a stream holds: its kind in the upper four bits, what it is for in the
// lower four.
const (
	ofPresence          = 0<<4 | 0
	ofData              = 1<<4 | 0
	ofDictionary        = 1<<4 | 1
	ofVertices          = 1<<4 | 3
	ofDictionaryIndices = 2<<4 | 2
	ofTextLengths       = 3<<4 | 0
	ofDictionaryLengths = 3<<4 | 6
)

// How a stream is packed: what is done to the numbers in the upper three bits,
// and in the lower two that they are varints, or nothing.
const (
	asIs        = 0<<5 | 0
	asVarints   = 0<<5 | 2
	asSteps     = 1<<5 | 2
	asPairSteps = 2<<5 | 2
	asRuns      = 3<<5 | 2
)

// appendStream appends a stream of count values.
func appendStream(b []byte, holds, packed byte, count int, body []byte) []byte {
	b = append(b, holds, packed)
	b = mvt.AppendVarint(b, uint64(count))
	b = mvt.AppendVarint(b, uint64(len(body)))
	return append(b, body...)
}

// folding makes varints of numbers: of the numbers themselves, and of the steps
// from one to the next.
type folding struct{ value, step func(int64) uint64 }

func zigzag32(v int64) uint64 { return uint64(mvt.Zigzag(int32(v))) }

var (
	unsigned32 = folding{func(v int64) uint64 { return uint64(v) }, zigzag32} // steps wrap, as the decoder's sums do
	signed32   = folding{zigzag32, zigzag32}
	unsigned64 = folding{func(v int64) uint64 { return uint64(v) }, func(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }}
)

// run is a number that stands several times in a row.
type run struct {
	value int64
	times int
}

// appendIntegers appends one or more numbers as they are, as steps or as runs,
// whichever is the shortest.
func appendIntegers(b []byte, holds byte, values []int64, f folding) []byte {
	var plain, steps []byte
	var runs []run
	last := int64(0)
	for i, v := range values {
		plain = mvt.AppendVarint(plain, f.value(v))
		steps = mvt.AppendVarint(steps, f.step(v-last))
		if i == 0 || v != last {
			runs = append(runs, run{value: v})
		}
		runs[len(runs)-1].times++
		last = v
	}
	shortest := appendStream(nil, holds, asVarints, len(values), plain)
	if other := appendStream(nil, holds, asSteps, len(values), steps); len(other) < len(shortest) {
		shortest = other
	}
	if other := appendRuns(nil, holds, runs, f); len(other) < len(shortest) {
		shortest = other
	}
	return append(b, shortest...)
}

// appendRuns appends a stream of runs: all their lengths, then all their values.
// Its count is that of the varints; the number of runs and the sum of their
// lengths stand behind the stream's length, which does not include them.
func appendRuns(b []byte, holds byte, runs []run, f folding) []byte {
	var body []byte
	total := 0
	for _, r := range runs {
		body = mvt.AppendVarint(body, uint64(r.times))
		total += r.times
	}
	for _, r := range runs {
		body = mvt.AppendVarint(body, f.value(r.value))
	}
	b = append(b, holds, asRuns)
	for _, n := range []int{2 * len(runs), len(body), len(runs), total} {
		b = mvt.AppendVarint(b, uint64(n))
	}
	return append(b, body...)
}

// appendPresent appends which of the features a column has a value for, at
// being those; nothing where it has one for all. The streams that follow then
// hold only the values that there are.
func appendPresent(b []byte, at []int, features int) []byte {
	if len(at) == features {
		return b
	}
	bits := make([]byte, (features+7)/8)
	for _, i := range at {
		bits[i/8] |= 1 << (i % 8)
	}
	return appendStream(b, ofPresence, asIs, features, byteRuns(bits))
}

const (
	shortestRun  = 3 // of bytes; told as 0
	longestRun   = shortestRun + 127
	mostLiterals = 128
)

// byteRuns packs bytes as ORC does: a header of up to 127 says that the next
// byte stands 3 more times than that, a greater one how many bytes, counted
// down from 256, follow as they are.
//
// https://orc.apache.org/specification/ORCv1/#byte-run-length-encoding
func byteRuns(from []byte) (b []byte) {
	literals := 0 // that stand before i and are not written yet
	for i := 0; i < len(from); {
		n := 1
		for n < longestRun && i+n < len(from) && from[i+n] == from[i] {
			n++
		}
		if n < shortestRun {
			n = 1
			literals++
		}
		if literals > 0 && (n >= shortestRun || literals == mostLiterals || i+n == len(from)) {
			end := i
			if n < shortestRun {
				end++
			}
			b = append(b, byte(256-literals))
			b = append(b, from[end-literals:end]...)
			literals = 0
		}
		if n >= shortestRun {
			b = append(b, byte(n-shortestRun), from[i])
		}
		i += n
	}
	return b
}
