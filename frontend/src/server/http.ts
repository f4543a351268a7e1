// HTTP to the program that served this page: one way to call, one kind of failure.

/** What went wrong, as far as a person can act on it. */
export type FailureKind = 'signed-out' | 'denied' | 'missing' | 'invalid' | 'limited' | 'down' | 'failed'

/** A call that did not succeed. */
export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    /** HTTP status, 0 where no answer came */
    readonly status: number,
    message: string,
    /** the number by which the server's log knows the request */
    readonly requestId = '',
    /** seconds until it makes sense to try again, 0 where the server did not say */
    readonly retryAfter = 0,
    /** the part of the request that was wrong */
    readonly parameter = '',
  ) {
    super(message)
  }
}

/** What a call tells about the line to the server: it answered, it did not, or it no longer knows the session. */
export type Heard = 'answered' | 'silent' | 'signed-out'
type Listener = (heard: Heard) => void
const listeners = new Set<Listener>()

/** Calls back after each call. Returns how to stop. */
export function onHeard(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Tells the listeners; for what is no call, such as a stream. */
export function tell(heard: Heard): void {
  for (const listener of listeners) listener(heard)
}

/** How far the server's clock is ahead of this one, in milliseconds: ages are told by the server's. */
let ahead = 0

/** Reads the server's clock off an answer. It is written in whole seconds, so less than two apart is none. */
export function noteClock(headers: Headers): void {
  const apart = Date.parse(headers.get('Date') ?? '') - Date.now()
  if (Number.isFinite(apart)) ahead = Math.abs(apart) < 2_000 ? 0 : apart
}

/** The present by the server's clock, in milliseconds. */
export function serverNow(): number {
  return Date.now() + ahead
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  body?: unknown
  /** the call itself proves a password, so 401 says nothing about the session */
  proves?: boolean
  signal?: AbortSignal | undefined
}

/** Calls a route of this server and reads its JSON; undefined for an empty answer. Throws Failure, or AbortError when the signal fired. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      credentials: 'same-origin',
      headers: options.body === undefined ? {} : { 'Content-Type': 'application/json' },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ?? null,
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    tell('silent')
    throw new Failure('down', 0, `no answer from ${path}`)
  }
  noteClock(response.headers)
  // 502 to 504 come from a proxy or from a server without its database: nothing is to be had.
  tell(kindOf(response.status) === 'down' ? 'silent' : 'answered')
  if (response.status === 401 && !options.proves) tell('signed-out')
  if (!response.ok) throw await failureOf(response)
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

async function failureOf(response: Response): Promise<Failure> {
  let problem: { title?: string; detail?: string; requestId?: string; parameter?: string } = {}
  if (response.headers.get('Content-Type')?.includes('json')) {
    problem = await response.json().catch(() => ({}))
  }
  const wait = Number(response.headers.get('Retry-After') ?? 0)
  return new Failure(
    kindOf(response.status),
    response.status,
    problem.detail ?? problem.title ?? response.statusText,
    problem.requestId ?? response.headers.get('X-Request-Id') ?? '',
    Number.isFinite(wait) && wait > 0 ? Math.ceil(wait) : 0,
    problem.parameter ?? '',
  )
}

/** The kind of failure an HTTP status stands for. */
export function kindOf(status: number): FailureKind {
  switch (status) {
    case 401: return 'signed-out'
    case 403: return 'denied'
    case 404: case 410: return 'missing'
    case 429: return 'limited'
    case 502: case 503: case 504: return 'down'
  }
  return status >= 400 && status < 500 ? 'invalid' : 'failed'
}

/** True for a call that was given up on purpose. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** Any error as a Failure. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('failed', 0, error instanceof Error ? error.message : String(error))
}
