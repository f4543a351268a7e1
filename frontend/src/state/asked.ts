// What a sheet asks the server for, and what came of it.
import { onBeforeUnmount, reactive, shallowRef, type ShallowRef } from 'vue'
import { asFailure, isAbort, type Failure } from '../server/http'

export interface Asked<T> {
  value: ShallowRef<T | null>
  state: { loading: boolean; failure: Failure | null }
  ask: () => Promise<void>
}

/** Asks again whenever told; a later question ends an earlier one, and leaving ends them all. */
export function useAsked<T>(question: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const value = shallowRef<T | null>(null)
  const state = reactive<{ loading: boolean; failure: Failure | null }>({ loading: false, failure: null })
  let running: AbortController | undefined
  async function ask(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    state.loading = true
    try {
      value.value = await question(mine.signal)
      state.failure = null
      state.loading = false
    } catch (error) {
      if (isAbort(error)) return
      state.failure = asFailure(error)
      state.loading = false
    }
  }
  onBeforeUnmount(() => running?.abort())
  return { value, state, ask }
}
