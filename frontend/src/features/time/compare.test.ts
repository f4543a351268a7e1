import { expect, it } from 'vitest'
import { compare } from './compare'

it('gives whole percent of the base', () => {
  expect(compare(1204, 1115, true)).toEqual({ base: 1115, percent: 8 }) // 89 / 1115 = 7.98 %
  expect(compare(50, 100, true)).toEqual({ base: 100, percent: -50 })
})
it('gives no percentage on a small base', () => {
  expect(compare(60, 29, true)).toEqual({ base: 29, percent: null })
  expect(compare(60, 30, true)).toEqual({ base: 30, percent: 100 })
  expect(compare(5, undefined, true)).toEqual({ base: 0, percent: null })
})
it('compares with nothing outside the span of the data', () => {
  expect(compare(5, undefined, false)).toBeNull()
})
