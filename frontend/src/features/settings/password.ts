// What the contract asks of a password.

export const shortest = 12

export type PasswordFault = 'short' | 'differs'

/** What is wrong with a new password typed twice; null when nothing is. */
export function passwordFault(next: string, again: string): PasswordFault | null {
  if ([...next].length < shortest) return 'short'
  return next === again ? null : 'differs'
}
