// How hotspots are found, in a sentence for each thing they may be held against.
import type { Key } from '../../words/words'
import type { Measure } from '../../server/heat'

export const methods: Record<Measure, Key> = { own: 'heat.methodOwn', households: 'heat.methodHomes', even: 'heat.methodEven' }
