// counts reads the wire form of cube.Counts, as geo/cube/encode.go describes it.
// For the test it prints "cell=count" for what it finds on the standard input.
import { readFileSync } from 'node:fs'

export function counts(bytes) {
  let at = 2
  // Numbers reach 2^34, beyond what the bit operators of JavaScript hold.
  const number = () => {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++]
      value += (byte % 128) * unit
      if (byte < 128) return value
    }
  }
  const [version, r] = bytes
  if (version !== 1) throw new Error(`version ${version}`)
  const n = number()
  const total = number()
  const unused = BigInt(3 * (15 - r))
  const cells = []
  for (let i = 0, ordinal = 0; i < n; i++) {
    ordinal += number()
    const index = (1n << 59n) | (BigInt(r) << 52n) | (BigInt(ordinal) << unused) | ((1n << unused) - 1n)
    cells.push(index.toString(16))
  }
  return { resolution: r, total, cells, counts: cells.map(number) }
}

const found = counts(readFileSync(0))
console.log([found.resolution, found.total, ...found.cells.map((cell, i) => `${cell}=${found.counts[i]}`)].join('\n'))
