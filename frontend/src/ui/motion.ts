/** Whether the reader asked for no motion; false where there is no browser to ask. */
export function reducedMotion(): boolean {
  return globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false
}
