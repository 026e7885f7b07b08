// A real browser for tests: Debian's chromium, found by PATH. Without it a test is a named skip, or fails where CI is set.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { describe } from 'vitest'
import { describeWithTemporal } from '../temporal-server.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Path of a browser, or null. */
const browserPath: string | null =
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isExecutable) ?? null

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** `describe` for suites that need a browser and a Temporal server. */
export function describeWithBrowser(title: string, suite: () => void): void {
  if (browserPath !== null || process.env['CI']) describeWithTemporal(title, suite)
  else describe.skip(`${title} (needs a browser: apt-get install chromium)`, suite)
}

/** Starts it. The caller closes it. */
export function startBrowser(): Promise<Browser> {
  if (browserPath === null) throw new Error(`no browser is in PATH (${NAMES.join(', ')}); apt-get install chromium`)
  return chromium.launch({ executablePath: browserPath, args: FLAGS })
}
