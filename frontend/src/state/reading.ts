// One answer that follows one question. While a new answer is on its way the
// old one stays; an answer nobody waits for any more is given up.
import { shallowReactive, watch } from 'vue'
import { asFailure, isAbort, type Failure } from '../server/http'

export interface Reading<T> {
  /** the newest answer; null before the first, or after a question that failed */
  value: T | null
  /** the question it answers */
  of: string
  loading: boolean
  failure: Failure | null
}

/** How many answers are kept: going back and forth in time asks nothing twice. */
const kept = 60

/** How long a person must rest on an answer before the next are fetched, in milliseconds: who drags on wants none of them. */
const restBeforeNext = 150

/**
 * Keeps a reading equal to its question: '' asks nothing and has no answer. Call again() to ask
 * once more, whatever is kept. What next() lists is fetched while the person looks, one by one.
 */
export function follow<T extends object>(
  question: () => string, ask: (question: string, signal: AbortSignal) => Promise<T>, next: () => string[] = () => [],
): Reading<T> & { again(): void } {
  const answers = new Map<string, T>()
  let asking: AbortController | undefined
  let fetching: AbortController | undefined
  // An answer is taken whole or not at all: its thousands of cells need no watching one by one.
  const reading = shallowReactive({ value: null, of: '', loading: false, failure: null }) as Reading<T>

  async function read(wanted: string): Promise<void> {
    asking?.abort()
    asking = undefined
    fetching?.abort()
    reading.failure = null
    const known = answers.get(wanted)
    if (wanted === '' || known) {
      settle(wanted, known ?? null)
      return known && void ahead()
    }
    const mine = (asking = new AbortController())
    reading.loading = true
    try {
      const answer = await ask(wanted, mine.signal)
      if (mine.signal.aborted) return
      keep(wanted, answer)
      settle(wanted, answer)
      void ahead()
    } catch (error) {
      if (isAbort(error) || mine.signal.aborted) return
      reading.failure = asFailure(error)
      reading.loading = false
      // No number is better than the number of another question.
      if (reading.of !== wanted) settle('', null)
    }
  }

  function keep(wanted: string, answer: T): void {
    answers.set(wanted, answer)
    const oldest = answers.keys().next().value
    if (answers.size > kept && oldest !== undefined) answers.delete(oldest)
  }

  /** Fetches what will be asked for next; what fails is asked for when it is wanted. */
  async function ahead(): Promise<void> {
    const mine = (fetching = new AbortController())
    await new Promise((resolve) => setTimeout(resolve, restBeforeNext))
    try {
      for (const likely of next()) {
        if (mine.signal.aborted) return
        if (likely && !answers.has(likely)) keep(likely, await ask(likely, mine.signal))
      }
    } catch {
      // Nobody waits for it.
    }
  }

  function settle(of: string, value: T | null): void {
    Object.assign(reading, { of, value, loading: false })
  }

  watch(question, (wanted) => void read(wanted), { immediate: true })
  return Object.assign(reading, {
    again: () => {
      answers.delete(question())
      void read(question())
    },
  })
}
