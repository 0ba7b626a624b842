// The oracle's fixtures: one program a theme, put together with the probe that each starts with.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const THEMES = [
  'surface',
  'timers',
  'delay',
  'ordering',
  'process',
  'exit',
  'promises',
  'rejections',
  'events',
  'abort',
  'domexception',
  'clone',
  'base64',
  'encoding',
  'url',
  'performance',
  'crypto',
  'console',
  'absence',
  'preservation',
] as const
export type Theme = (typeof THEMES)[number]

/** What a program printed and how it ended; standard error without stack frames and process ids. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

const folder = join(import.meta.dirname, 'themes')

export function themesOnDisk(): readonly string[] {
  return readdirSync(folder).map((name) => name.replace(/\.cjs$/, ''))
}
export function programOf(theme: Theme): string {
  return `${readFileSync(join(import.meta.dirname, 'probe.cjs'), 'utf8')}\n${readFileSync(join(folder, `${theme}.cjs`), 'utf8')}`
}
