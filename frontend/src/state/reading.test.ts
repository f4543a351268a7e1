import { expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { Failure } from '../server/http'
import { follow } from './reading'

/** A server whose answers come when the test says so. */
function server() {
  const open = new Map<string, { answer(): void; fail(): void; signal: AbortSignal }>()
  const asked: string[] = []
  const ask = (question: string, signal: AbortSignal) => new Promise<{ said: string }>((resolve, reject) => {
    asked.push(question)
    open.set(question, {
      signal,
      answer: () => resolve({ said: question }),
      fail: () => reject(new Failure('failed', 500, 'broken')),
    })
  })
  return { ask, asked, open }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

it('keeps the old answer until the new one is there, and gives up the one nobody wants', async () => {
  const s = server()
  const question = ref('a')
  const reading = follow(() => question.value, s.ask)
  s.open.get('a')?.answer()
  await settled()
  expect(reading).toMatchObject({ value: { said: 'a' }, of: 'a', loading: false })
  question.value = 'b'
  await nextTick()
  expect(reading).toMatchObject({ value: { said: 'a' }, of: 'a', loading: true })
  question.value = 'c'
  await nextTick()
  expect(s.open.get('b')?.signal.aborted).toBe(true)
  s.open.get('c')?.answer()
  s.open.get('b')?.answer() // too late
  await settled()
  expect(reading).toMatchObject({ value: { said: 'c' }, of: 'c', loading: false })
})

it('asks nothing twice, nothing at all for no question, and again when told', async () => {
  const s = server()
  const question = ref('a')
  const reading = follow(() => question.value, s.ask)
  s.open.get('a')?.answer()
  await settled()
  question.value = ''
  await nextTick()
  expect(reading).toMatchObject({ value: null, of: '', loading: false })
  question.value = 'a'
  await nextTick()
  expect(reading).toMatchObject({ value: { said: 'a' }, loading: false })
  expect(s.asked).toEqual(['a'])
  reading.again()
  expect(s.asked).toEqual(['a', 'a'])
})

it('shows no number of another question after a failure', async () => {
  const s = server()
  const question = ref('a')
  const reading = follow(() => question.value, s.ask)
  s.open.get('a')?.answer()
  await settled()
  question.value = 'b'
  await nextTick()
  s.open.get('b')?.fail()
  await settled()
  expect(reading.value).toBeNull()
  expect(reading.failure?.status).toBe(500)
})

it('fetches what comes next while one looks, and gives that up when something else is wanted', async () => {
  vi.useFakeTimers()
  const s = server()
  const question = ref('a')
  const reading = follow(() => question.value, s.ask, () => [`${question.value}+`, `${question.value}-`])
  s.open.get('a')?.answer()
  await vi.advanceTimersByTimeAsync(149)
  expect(s.asked).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(1)
  expect(s.asked).toEqual(['a', 'a+'])
  s.open.get('a+')?.answer()
  await vi.advanceTimersByTimeAsync(0)
  expect(s.asked).toEqual(['a', 'a+', 'a-'])
  question.value = 'a+'
  await nextTick()
  expect(reading).toMatchObject({ value: { said: 'a+' }, of: 'a+', loading: false })
  expect(s.open.get('a-')?.signal.aborted).toBe(true)
  // A failure of what nobody asked for is nobody's.
  await vi.advanceTimersByTimeAsync(200)
  s.open.get('a++')?.fail()
  await vi.advanceTimersByTimeAsync(0)
  expect(reading).toMatchObject({ of: 'a+', failure: null })
  vi.useRealTimers()
})
