// What is said of the weights of grids: never more than the reader may see.
import type { PatrolRisk } from '../server/tide'
import { count, monthName, monthOf } from '../words/format'
import { t } from '../words/words'
import { session } from './session'

/** The months of a window; its end is not part of it. */
function months(from: string | undefined, to: string | undefined): string {
  const name = (iso: string | undefined, back: number) => (iso ? monthName(monthOf(new Date(Date.parse(iso) - back).toISOString(), session.catalog?.timeZone)) : '')
  return [...new Set([name(from, 0), name(to, 1000)])].join('–')
}

/** What weighs the grids, and which of them are hot. */
export function riskWords(risk: PatrolRisk | null | undefined): string {
  if (!risk || risk.from === 'even') return t('tide.riskEven')
  const span = months(risk.since, risk.until)
  const hot = { n: count(risk.hot), span: months(risk.hotSince, risk.hotUntil) }
  return risk.from === 'cases' ? `${t('tide.riskCases', { span })} ${t('tide.hotCases', hot)}` : `${t('tide.riskPublished', { span })} ${t('tide.hotPublished', hot)}`
}
