// Keys that work everywhere on the page, unless one is typing.
import { onBeforeUnmount, onMounted } from 'vue'
import { layersOpen, tool } from '../../state/errand'
import { endReplay, replaying } from '../../state/replay'
import { month, span } from '../../state/extent'
import { answer, mayAnswer, waiting } from '../../state/alarms'
import { drillUp } from '../../state/place'
import { lookAway } from '../../state/record'
import { session } from '../../state/session'
import { view } from '../../state/view'
import { monthsIn, shiftWindow } from '../../state/window'
import { replayKey } from './replaykeys'

/** Esc and Backspace undo the nearest thing: a tool, details, totals, a table, then the area. */
export function stepBack(): void {
  if (tool.value) tool.value = null
  else if (view.task === 'table' || view.task === 'settings') view.task = 'map'
  else if (view.task === 'patrol' && view.patrol.board) view.patrol.board = ''
  else if (view.task === 'patrol' && view.tide.table) view.tide.table = false
  else if (lookAway()) return
  else if (replaying.value) endReplay()
  else if (view.task === 'heat' && view.heat.real) view.heat.real = false
  else if (view.totals) {
    view.totals = false
    view.drawn = null
  } else drillUp()
}

/** Goes so many windows on, inside the span of the data. */
export function stepMonth(by: number): void {
  const months = span.value
  const next = month.value === 'all' ? months.at(-1) : shiftWindow(month.value, by)
  if (next && monthsIn(next).some((m) => months.includes(m))) view.month = next
}

export function listenForKeys(): void {
  const meant = (event: KeyboardEvent) => session.phase === 'ready' && !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented
    && !(event.target as HTMLElement).closest('input, textarea, select, [contenteditable]')
  // A replay's keys come before those of the map, which would walk away by the arrows.
  const listenFirst = (event: KeyboardEvent) => {
    if (!meant(event) || !replayKey(event)) return
    event.preventDefault()
    event.stopPropagation()
  }
  const listen = (event: KeyboardEvent) => {
    if (!meant(event)) return
    switch (event.key) {
      case '/': document.getElementById('search')?.focus(); break
      case 'Escape': case 'Backspace': stepBack(); break
      case '[': stepMonth(-1); break
      case ']': stepMonth(1); break
      case 'a': case 'A': {
        const first = waiting.value[0]
        if (!first || !mayAnswer.value) return
        void answer(first, 'acknowledge')
        break
      }
      case 'l': case 'L': layersOpen.value = !layersOpen.value; break
      default: return
    }
    event.preventDefault()
  }
  onMounted(() => {
    document.addEventListener('keydown', listenFirst, true)
    document.addEventListener('keydown', listen)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('keydown', listenFirst, true)
    document.removeEventListener('keydown', listen)
  })
}
