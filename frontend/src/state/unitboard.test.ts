import { expect, it } from 'vitest'
import type { BoardUnit } from '../server/patrol'
import { headsByArea } from './unitboard'

const unit = (id: string, area: string, force: string, headcount: number, state: BoardUnit['state'], shift?: BoardUnit['shift']): BoardUnit =>
  ({ id, name: id, callSign: id, force, kind: 'foot', headcount, state, home: [0, 0], area, ...(shift ? { shift } : {}) })
const day = { from: '2026-03-01T00:00:00Z', to: '2026-03-01T08:00:00Z' }

it('sums heads planned, heard and silent by area and force, as on paper', () => {
  const areas = headsByArea([
    unit('a', '620602001001000', 'staff', 4, 'moving', day),
    unit('b', '620602002001000', 'guard', 3, 'silent', { ...day, headcount: 2 }),
    unit('c', '620602002001000', 'guard', 5, 'off'),
    unit('d', '620621001001000', 'guard', 1, 'post', day),
    unit('e', '620621001001000', 'guard', 6, 'sos'),
  ], 6, (u) => u.state)
  expect(areas).toEqual([
    {
      code: '620602', units: { planned: 2, heard: 1, silent: 1 }, all: { planned: 6, heard: 4, silent: 2 },
      force: { staff: { planned: 4, heard: 4, silent: 0 }, guard: { planned: 2, heard: 0, silent: 2 } },
    },
    { code: '620621', units: { planned: 2, heard: 2, silent: 0 }, all: { planned: 7, heard: 7, silent: 0 }, force: { guard: { planned: 7, heard: 7, silent: 0 } } },
  ])
})
