// A count against the same month a year before.

/** Below this base a percentage says more than is known. */
export const smallestBase = 30

export interface Change {
  /** the count compared with */
  base: number
  /** whole percent, null where the base does not bear one */
  percent: number | null
}

/** null where the month compared with lies outside the data: nothing is known of it. */
export function compare(now: number, before: number | undefined, covered: boolean): Change | null {
  if (!covered) return null
  const base = before ?? 0
  return { base, percent: base >= smallestBase ? Math.round(((now - base) / base) * 100) : null }
}
