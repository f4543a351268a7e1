import { describe, expect, it } from 'vitest'
import { readCoordinates } from './coordinates'

describe('coordinates', () => {
  it.each([
    ['102.64, 37.93', 102.64, 37.93, 'lon-lat'],
    ['37.93,102.64', 102.64, 37.93, 'lat-lon'],
    ['37.93 102.64', 102.64, 37.93, 'lat-lon'],
    ['（102.64，37.93）', 102.64, 37.93, 'lon-lat'],
    ['37.93N 102.64E', 102.64, 37.93, 'lat-lon'],
    ['E102.64 N37.93', 102.64, 37.93, 'lon-lat'],
    ['东经102.64 北纬37.93', 102.64, 37.93, 'lon-lat'],
    ['北纬37.93，东经102.64', 102.64, 37.93, 'lat-lon'],
    // 37°55'48" is 37 + 55/60 + 48/3600 = 37.93; 102°38'24" is 102.64.
    [`37°55'48"N 102°38'24"E`, 102.64, 37.93, 'lat-lon'],
    ['37°55′48″N, 102°38′24″E', 102.64, 37.93, 'lat-lon'],
    ['37度55分48秒 102度38分24秒', 102.64, 37.93, 'lat-lon'],
    [`37°55.8'N 102°38.4'E`, 102.64, 37.93, 'lat-lon'],
    ['10, 20', 10, 20, 'lon-lat'],
    ['-70.9, -33.4', -70.9, -33.4, 'lon-lat'],
    ['33.4S 70.9W', -70.9, -33.4, 'lat-lon'],
  ] as const)('%s', (text, lon, lat, order) => {
    const place = readCoordinates(text)
    expect(place?.lon).toBeCloseTo(lon, 9)
    expect(place?.lat).toBeCloseTo(lat, 9)
    expect(place?.order).toBe(order)
  })
  it.each(['', '102.64', '620602', '620602 001', '200, 95', '102.64 E 37.93 E', '37°70\'N 102°0\'E', '-5S 10E', 'abc, def', '1,2,3', '凉州区', '12:30'])(
    '%s is none', (text) => expect(readCoordinates(text)).toBeNull(),
  )
  it('are read as they were written, 2,000 places in both orders', () => {
    let seed = 11
    const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32
    for (let i = 0; i < 2000; i++) {
      const lon = Number((next() * 360 - 180).toFixed(6))
      const lat = Number((next() * 180 - 90).toFixed(6))
      const letter = (v: number, plus: string, minus: string) => `${Math.abs(v)}${v < 0 ? minus : plus}`
      expect(readCoordinates(`${lon}, ${lat}`)).toEqual({ lon, lat, order: 'lon-lat' })
      expect(readCoordinates(`${letter(lat, 'N', 'S')} ${letter(lon, 'E', 'W')}`)).toMatchObject({ lon, lat: lat + 0 })
    }
  })
  it('never throw and never leave the earth, 3,000 mangled texts', () => {
    const alphabet = '0123456789.,-+ °\'"NSEW，北东经纬度分秒()'
    let seed = 5
    const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: Math.floor(next() * 24) }, () => alphabet[Math.floor(next() * alphabet.length)]).join('')
      const place = readCoordinates(text)
      if (place) {
        expect(Math.abs(place.lon), text).toBeLessThanOrEqual(180)
        expect(Math.abs(place.lat), text).toBeLessThanOrEqual(90)
      }
    }
  })
})
