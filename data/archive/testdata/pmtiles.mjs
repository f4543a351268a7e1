// Reads a PMTiles file with the reference reader and prints, as JSON, what it
// finds: header, metadata, and for each tile asked for on standard input as
// z/x/y a line of its bytes' SHA-256, or "none".
//
//   node pmtiles.mjs NODE_MODULES FILE < tiles
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [, , modules, name] = process.argv
const { PMTiles, zxyToTileId } = await import(pathToFileURL(`${modules}/pmtiles/dist/esm/index.js`).href)
const file = await open(name)
const source = {
  getKey: () => name,
  async getBytes(offset, length) {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset)
    return { data: buffer.buffer.slice(0, bytesRead) }
  },
}
const archive = new PMTiles(source)
const found = { header: await archive.getHeader(), metadata: await archive.getMetadata(), tiles: {}, ids: {} }
for await (const line of createInterface({ input: process.stdin })) {
  const [z, x, y] = line.split('/').map(Number)
  const tile = await archive.getZxy(z, x, y)
  found.tiles[line] = tile ? createHash('sha256').update(new Uint8Array(tile.data)).digest('hex') : 'none'
  found.ids[line] = zxyToTileId(z, x, y)
}
console.log(JSON.stringify(found))
await file.close()
