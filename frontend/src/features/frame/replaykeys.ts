// Keys of a replay.
import { clock, endReplay, faster, replaying, seek, toggle } from '../../state/replay'

/** Obeys a key while a replay is open; false where it means nothing to it. */
export function replayKey(event: KeyboardEvent): boolean {
  if (!replaying.value) return false
  const minutes = event.shiftKey ? 10 : 1
  switch (event.key) {
    case ' ':
      if ((event.target as HTMLElement).closest('button, summary, a')) return false
      toggle()
      return true
    case 'ArrowLeft': seek(clock.value - 60 * minutes); return true
    case 'ArrowRight': seek(clock.value + 60 * minutes); return true
    case ',': faster(-1); return true
    case '.': faster(1); return true
    case 'r': case 'R': endReplay(); return true
    default: return false
  }
}
