// From afar the grids are gathered in cells, by their middles: a cell shows their mean.
import type { TideGrids } from './tidegrids'

export interface TideCells {
  resolution: number
  /** indexes of the cells, in the order in which they were met */
  cells: readonly string[]
  /** by grid, the number of its cell */
  of: Int32Array
  /** by cell, how many grids it has */
  size: Int32Array
}

/** From this zoom on every grid is drawn by itself. */
export const gridsFrom = 10.5

/** The resolution whose cells can be read at a zoom below that. */
export function tideResolution(zoom: number): number {
  return zoom < 7.6 ? 6 : zoom < 9 ? 7 : 8
}

/** Gathers the grids; cellAt gives the cell of a place. */
export function gather(grids: TideGrids, resolution: number, cellAt: (lat: number, lon: number, resolution: number) => string): TideCells {
  const number = new Map<string, number>()
  const of = new Int32Array(grids.size)
  const sizes: number[] = []
  for (let i = 0; i < grids.size; i++) {
    const cell = cellAt(grids.lat[i] as number, grids.lon[i] as number, resolution)
    let n = number.get(cell)
    if (n === undefined) {
      n = sizes.length
      number.set(cell, n)
      sizes.push(0)
    }
    of[i] = n
    sizes[n] = (sizes[n] as number) + 1
  }
  return { resolution, cells: [...number.keys()], of, size: Int32Array.from(sizes) }
}

/** No grid counts for more than this in the mean of a cell, in minutes: where the scale ends. One that nobody ever visits would hide all others. */
export const mostInMean = 1440

/** Mean idleness of each cell in minutes. */
export function meanIdle(cells: TideCells, grids: TideGrids, now: number): Float64Array {
  const sums = new Float64Array(cells.cells.length)
  for (let i = 0; i < grids.size; i++) {
    const m = grids.minutes(i, now)
    const cell = cells.of[i] as number
    sums[cell] = (sums[cell] as number) + (m < 0 ? mostInMean : Math.min(m, mostInMean))
  }
  for (let n = 0; n < sums.length; n++) sums[n] = (sums[n] as number) / (cells.size[n] as number)
  return sums
}
