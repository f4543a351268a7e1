// One answer that follows one question. While a new answer is on its way the
// old one stays; an answer nobody waits for any more is given up.
import { reactive, watch } from 'vue'
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

/**
 * Keeps a reading equal to its question: '' asks nothing and has no answer. Call again() to ask
 * once more, whatever is kept.
 */
export function follow<T extends object>(question: () => string, ask: (question: string, signal: AbortSignal) => Promise<T>): Reading<T> & { again(): void } {
  const answers = new Map<string, T>()
  let asking: AbortController | undefined
  const reading = reactive({ value: null, of: '', loading: false, failure: null }) as Reading<T>

  async function read(wanted: string): Promise<void> {
    asking?.abort()
    asking = undefined
    reading.failure = null
    const known = answers.get(wanted)
    if (wanted === '' || known) return settle(wanted, known ?? null)
    const mine = (asking = new AbortController())
    reading.loading = true
    try {
      const answer = await ask(wanted, mine.signal)
      if (mine.signal.aborted) return
      answers.set(wanted, answer)
      const oldest = answers.keys().next().value
      if (answers.size > kept && oldest !== undefined) answers.delete(oldest)
      settle(wanted, answer)
    } catch (error) {
      if (isAbort(error) || mine.signal.aborted) return
      reading.failure = asFailure(error)
      reading.loading = false
      // No number is better than the number of another question.
      if (reading.of !== wanted) settle('', null)
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
