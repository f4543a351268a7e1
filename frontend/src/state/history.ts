// The URL follows the view, and the view follows the browser's back and
// forward. The only code that touches location, history and storage.
import { shallowRef, watch } from 'vue'
import { format, parse, type Preferences } from './url'
import { scrubbing } from './errand'
import { view } from './view'

const storageKey = 'sitmap.preferences'

/** Changes whenever back or forward restored a view, so that the map goes there. */
export const restored = shallowRef(0)

/** Reads the view from the URL and keeps both equal from now on. */
export function keepHistory(): void {
  Object.assign(view, parse(location.search, preferences()))
  window.addEventListener('popstate', () => {
    Object.assign(view, parse(location.search, preferences()))
    restored.value++
  })
  watch(() => format(view), write, { flush: 'post' })
  watch(() => [view.theme, view.language, view.wall], remember)
  write()
}

/** The address that shows this very view to somebody else. */
export function link(): string {
  return `${location.origin}${location.pathname}?${format(view)}`
}

// A moved map, and a replay's clock, rewrite the present entry; anything else makes a new one, so
// that "back" undoes what was done and not each shift of the map or of a dragged
// window.
let lastDone = ''
function write(): void {
  const query = format(view)
  if (`?${query}` === location.search) {
    lastDone = withoutCamera(query)
    return
  }
  const done = withoutCamera(query)
  if (done === lastDone || lastDone === '' || scrubbing.value) history.replaceState(null, '', `?${query}`)
  else history.pushState(null, '', `?${query}`)
  lastDone = done
}

const withoutCamera = (query: string) => query.replace(/^at=[^&]*&/, '').replace(/&rt=\d+/, '')

function preferences(): Partial<Preferences> {
  try {
    const { theme, language, wall } = parse(localStorage.getItem(storageKey) ?? '')
    return localStorage.getItem(storageKey) === null ? {} : { theme, language, wall }
  } catch {
    return {} // storage may be forbidden; the page works without it
  }
}

function remember(): void {
  try {
    localStorage.setItem(storageKey, `theme=${view.theme}&lang=${view.language}&wall=${view.wall ? 1 : 0}`)
  } catch {
    // storage may be forbidden; the choice then lasts as long as the page
  }
}
