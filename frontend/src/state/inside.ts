// What lies in the drawn area of the layer that is counted by cells.
import * as api from '../server/heat'
import { month } from './extent'
import { polygonOf } from './geometry'
import { active, heatLayer } from './heat'
import { follow } from './reading'
import { session } from './session'
import { view } from './view'
import { datetimeOf } from './window'

function question(): string {
  const layer = heatLayer.value
  if (!active() || !view.drawn || !layer) return ''
  const kept = layer.legend ? view.kept[layer.id] : undefined
  const body: api.InsideQuestion = {
    within: polygonOf(view.drawn),
    ...(layer.timeField ? { datetime: datetimeOf(month.value) ?? '../..' } : {}),
    ...(kept && layer.legend ? { filters: { [layer.legend]: kept } } : {}),
  }
  return JSON.stringify([layer.id, body, layer.version, session.recoveries])
}

export const inside = follow(question, (asked, signal) => {
  const [layer, body] = JSON.parse(asked) as [string, api.InsideQuestion]
  return api.inside(layer, body, signal)
})
