// Who is signed in, what they may see, and whether the server is there.
import { reactive } from 'vue'
import * as api from '../server/api'
import { asFailure, onHeard, type Failure } from '../server/http'

export type Phase = 'opening' | 'signed-out' | 'ready' | 'failed' | 'forbidden'

export interface Session {
  phase: Phase
  me: api.Me | null
  catalog: api.Catalog | null
  /** why the phase is failed */
  failure: Failure | null
  /** the session ended by itself, not by signing out */
  expired: boolean
  /** when the server was last heard, ISO; '' before the first answer */
  lastHeard: string
  /** the server does not answer: what is on the screen is from lastHeard */
  stale: boolean
  /** how often the server came back: what was missed is then read again */
  recoveries: number
}

export const session = reactive<Session>({
  phase: 'opening', me: null, catalog: null, failure: null, expired: false, lastHeard: '', stale: false, recoveries: 0,
})

/** How often the catalogue is asked for new versions and the dead server for life, in milliseconds. */
const freshEvery = 60_000
const retryEvery = 3_000

/** Starts the session: listens to every call, opens what a cookie allows. */
export function startSession(): void {
  onHeard((heard) => {
    if (heard === 'silent') return lost()
    session.lastHeard = new Date().toISOString()
    if (heard === 'signed-out' && session.me) {
      session.expired = true
      leave()
    }
  })
  setInterval(() => {
    if (session.phase === 'ready' && !session.stale && !document.hidden) void refresh()
  }, freshEvery)
  void open()
}

/** Reads account and catalogue. */
export async function open(): Promise<void> {
  session.phase = 'opening'
  // Both are asked for at once; who may not read the catalogue is told by the account.
  const catalog = api.catalog()
  catalog.catch(() => undefined)
  try {
    session.me = await api.me()
    if (!session.me.rights.includes('read-map')) {
      session.phase = 'forbidden'
      return
    }
    session.catalog = await catalog
    session.phase = 'ready'
  } catch (error) {
    const failure = asFailure(error)
    session.failure = failure
    session.phase = failure.kind === 'signed-out' ? 'signed-out' : failure.kind === 'denied' ? 'forbidden' : 'failed'
  }
}

/** Signs in; throws Failure when that does not succeed. */
export async function signIn(name: string, password: string): Promise<void> {
  session.me = await api.login(name, password)
  session.expired = false
  await open()
}

export async function signOut(): Promise<void> {
  await api.logout().catch(() => undefined) // a session the server does not know is over as well
  session.expired = false
  leave()
}

function leave(): void {
  session.me = null
  session.catalog = null
  session.phase = 'signed-out'
}

/** Reads the catalogue again. */
export async function refresh(): Promise<void> {
  try {
    const next = await api.catalog()
    if (JSON.stringify(next) !== JSON.stringify(session.catalog)) session.catalog = next
  } catch {
    // onHeard has taken note
  }
}

let retry: ReturnType<typeof setTimeout> | undefined
function lost(): void {
  if (session.phase !== 'ready') return
  session.stale = true
  clearTimeout(retry)
  retry = setTimeout(() => void reach(), retryEvery)
}

/** Asks whether the server is back; then everything on the screen is read anew. */
export async function reach(): Promise<void> {
  clearTimeout(retry)
  try {
    await api.ready()
    await refresh()
    session.stale = false
    session.recoveries++
  } catch {
    lost()
  }
}

/** A layer of the catalogue. */
export function layerOf(id: string): api.Layer | undefined {
  return session.catalog?.layers.find((l) => l.id === id)
}

/** The layer drawn with that symbol: the areas' is "boundary", the grids' is "grid". */
export function layerOfSymbol(symbol: string): api.Layer | undefined {
  return session.catalog?.layers.find((l) => l.symbol === symbol)
}

/** Code of the area the reader's map opens on: their own, or the city. */
export function homeArea(): string {
  return session.me?.area.code || (session.catalog?.city.code ?? '')
}
