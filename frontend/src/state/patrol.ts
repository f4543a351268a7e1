// Errands of the patrol task: to a unit, to a call for help.
import type { Alarm } from '../server/patrol'
import { serverNow } from '../server/http'
import { flight } from './errand'
import { lonLat } from './fleet'
import { fleet } from './units'
import { view } from './view'

/** As near as one goes to look at a unit. */
const nearBy = 15

/** Opens the details of a unit and goes where it is. */
export function goToUnit(id: string): void {
  Object.assign(view.patrol, { unit: id, board: '' })
  view.picked = null
  view.task = 'patrol'
  const i = fleet.of(id)
  const [x, y] = i === undefined ? [NaN, NaN] : fleet.place(i, serverNow())
  if (!Number.isNaN(x)) goTo(lonLat(x, y))
}

/** Goes where somebody calls for help, or to their home where their place may not be kept. */
export function goToAlarm(alarm: Alarm): void {
  goToUnit(alarm.unit)
  const at = alarm.at ?? alarm.home
  if (at?.[0] !== undefined && at[1] !== undefined) goTo([at[0], at[1]])
}

function goTo([lon, lat]: readonly [number, number]): void {
  flight.value = { lon, lat, zoom: Math.max(nearBy, view.camera?.zoom ?? 0) }
}
