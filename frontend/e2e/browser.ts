// The door to the browser: the only file that imports the browser library.
// Every page is watched: a request to any other host, an error of a script or
// a breach of the content policy fails the test.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

export type { Page }

export interface Account {
  name: string
  password: string
  role: string
  area: string
}

/** The address of the running program and its accounts, as the caller of the tests gives them. */
export const address = needed('SITMAP_URL').replace(/\/$/, '')
export const accounts = JSON.parse(readFileSync(needed('SITMAP_ACCOUNTS'), 'utf8')) as Account[]

function needed(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: SITMAP_URL is the address of a running "sitmap serve --demo", SITMAP_ACCOUNTS the file with its accounts`)
  return value
}

/** Imports a feature with the program itself, into the folder of the running one. */
export function importFeature(layer: string, feature: object): void {
  const folder = mkdtempSync(join(tmpdir(), 'sitmap-import-'))
  try {
    const file = join(folder, 'changed.geojson')
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [feature] }))
    execFileSync(needed('SITMAP_PROGRAM'), ['import', layer, file, '--synthetic', '--var', needed('SITMAP_VAR')], { encoding: 'utf8' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs the program on the folder of the running one; gives what it prints. */
export function program(...args: string[]): string {
  return execFileSync(needed('SITMAP_PROGRAM'), [...args, '--var', needed('SITMAP_VAR')], { encoding: 'utf8' })
}

const executablePath = process.env.CHROMIUM ?? execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'], { encoding: 'utf8' }).trim()

// Software drawing, no talk of its own, and no host but this machine: a
// foreign address cannot even be looked up.
const flags = [
  '--no-sandbox', '--disable-dev-shm-usage',
  '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
  `--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE ${new URL(address).hostname}`,
]

export interface Browser {
  page: Page
  context: BrowserContext
  /** what went wrong unasked: foreign requests, script errors, breaches of policy */
  faults: string[]
  close(): Promise<void>
}

/** Opens an empty browser with one page. */
export async function openBrowser(size = { width: 1000, height: 600 }, more: string[] = []): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'sitmap-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, viewport: size, args: [...flags, ...more], locale: 'zh-CN', timezoneId: 'America/New_York',
    // Nothing glides, so that what is measured has come to rest.
    reducedMotion: 'reduce', acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(30_000)
  const faults: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== address) faults.push(`request to ${url.origin}`)
  })
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text())
  })
  return {
    page, context, faults,
    close: async () => {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical faults of accessibility on the page as it is, each with the element that has it. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } }
    const { violations } = await axe.run()
    return violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 300)} ${n.failureSummary}`))
  })
}
