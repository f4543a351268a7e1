import { expect, it } from 'vitest'
import { passwordFault } from './password'

it.each([
  ['short', 'short', 'short'],
  ['twelve chars', 'twelve chars', null],
  ['twelve chars', 'twelve Chars', 'differs'],
  // Characters are counted, not code units: six astral letters are six characters.
  ['😀😀😀😀😀😀', '😀😀😀😀😀😀', 'short'],
  ['夜班巡逻安全夜班巡逻安全', '夜班巡逻安全夜班巡逻安全', null],
] as const)('%s / %s: %s', (next, again, want) => expect(passwordFault(next, again)).toBe(want))
