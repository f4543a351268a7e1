// Numbers, lengths and times as people of either language write them.
import { language, t, type Language } from './words'

const locales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' }

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

/** 12345 → 12,345 in both languages. */
export function count(n: number): string {
  return numbers.format(n)
}

/** A share as a number of percent, with one decimal below ten. */
export function percent(share: number): string {
  const value = share * 100
  return value < 10 ? String(Number(value.toFixed(1))) : String(Math.round(value))
}

/** A share as a number of percent with one decimal, for numbers that are held against each other. */
export const tenths = (share: number) => (share * 100).toFixed(1)

/** A length in metres as m below a kilometre, as km above. */
export function length(metres: number): string {
  if (metres < 1000) return t('unit.metres', { n: count(Math.round(metres)) })
  return t('unit.kilometres', { n: count(Number((metres / 1000).toPrecision(3))) })
}

/** An area in square metres as hectares below a square kilometre, as km² above. */
export function surface(squareMetres: number): string {
  if (squareMetres < 1e6) return t('unit.hectares', { n: count(Number((squareMetres / 1e4).toPrecision(3))) })
  return t('unit.squareKilometres', { n: count(Number((squareMetres / 1e6).toPrecision(3))) })
}

/** Making one costs far more than using it, and tables write thousands of times. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone ?? '')
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-CA', {
      timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    })
    clocks.set(timeZone ?? '', clock)
  }
  return clock
}

/** An instant in the given time zone: 2016-09-30 16:05. */
export function instant(iso: string, timeZone: string | undefined): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const parts = clockOf(timeZone).formatToParts(at)
  const get = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${get('year')}-${get('month')}-${get('day')} ${get('hour')}:${get('minute')}`
}

/** The month an instant falls into in that zone: 2016-09. */
export function monthOf(iso: string, timeZone: string | undefined): string {
  return instant(iso, timeZone).slice(0, 7)
}

/** Names of months that were written already, by language: the strip of time writes all of them at every step, and a format of dates is slow to make. */
const monthNames = { zh: new Map<string, string>(), en: new Map<string, string>() }

/** A month's name: 2016-09 → 2016年9月, Sep 2016. */
export function monthName(month: string): string {
  const names = monthNames[language.value]
  const known = names.get(month)
  if (known !== undefined) return known
  const at = new Date(`${month}-01T00:00:00Z`)
  if (Number.isNaN(at.getTime())) return month
  const name = new Intl.DateTimeFormat(locales[language.value], { timeZone: 'UTC', year: 'numeric', month: language.value === 'zh' ? 'long' : 'short' }).format(at)
  names.set(month, name)
  return name
}

/** The name of a window: a month, 2016-Q3 → 2016年三季度, Q3 2016, a year, or all times. */
export function windowName(window: string): string {
  if (window === 'all') return t('time.all')
  const quarter = /^(\d{4})-Q([1-4])$/.exec(window)
  if (quarter) return t(`time.q${quarter[2]}` as 'time.q1', { year: quarter[1] ?? '' })
  return window.length === 4 ? t('time.year', { year: window }) : monthName(window)
}

/** Degrees with five decimals, about a metre. */
export function degrees(lon: number, lat: number): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`
}

/** A change with its sign: a minus is a minus, not a hyphen. */
export function signed(n: number): string {
  return n > 0 ? `+${count(n)}` : n < 0 ? `\u2212${count(-n)}` : '0'
}
