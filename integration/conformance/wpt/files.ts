// Which files of a checkout of web-platform-tests are run, and what a file says of itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** Folders of what the profile has. Only their `.any.js` files need no browser. */
const FOLDERS = [
  'console',
  'dom/abort',
  'dom/events',
  'encoding',
  'hr-time',
  'html/webappapis/atob',
  'html/webappapis/microtask-queuing',
  'html/webappapis/structured-clone',
  'html/webappapis/timers',
  'url',
  'webidl/ecmascript-binding/es-exceptions',
]
const FILES = ['WebCryptoAPI/getRandomValues.any.js', 'WebCryptoAPI/randomUUID.https.any.js']

/** Files about what the profile does not have, by how their paths begin. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'encoding/streams/': 'TextDecoderStream and TextEncoderStream are not in the profile',
  'dom/abort/timeout-shadowrealm': 'ShadowRealm is in no engine',
}

export interface WptFile {
  /** Relative to the checkout, with slashes. */
  readonly path: string
  readonly text: string
  /** Scripts that it asks for, relative to the checkout. */
  readonly scripts: readonly string[]
  /** Queries under which it runs; one that is empty where it names none. */
  readonly variants: readonly string[]
}

export function isLeftOut(path: string): boolean {
  return Object.keys(LEFT_OUT).some((prefix) => path.startsWith(prefix))
}

export function wptPaths(checkout: string): readonly string[] {
  const paths = FILES.filter((path) => existsSync(join(checkout, path)))
  for (const folder of FOLDERS)
    if (existsSync(join(checkout, folder)))
      for (const name of readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' }))
        if (name.endsWith('.any.js')) paths.push(posix.join(folder, name.replaceAll('\\', '/')))
  return paths.toSorted()
}

export function readWptFile(checkout: string, path: string): WptFile {
  const text = readFileSync(join(checkout, path), 'utf8')
  const meta = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^// META: ${key}=(.*)$`, 'gmu'))].map((match) => (match[1] ?? '').trim())
  const variants = meta('variant')
  return {
    path,
    text,
    scripts: meta('script').map((script) => resolveResource(path, script)),
    variants: variants.length === 0 ? [''] : variants,
  }
}

/** What the checkout's own server gives under another name. */
const ALIASES: Readonly<Record<string, string>> = { 'resources/WebIDLParser.js': 'resources/webidl2/lib/webidl2.js' }

/** Where a file finds what it names: from the checkout's root or from beside itself. */
export function resolveResource(path: string, name: string): string {
  const found = name.startsWith('/') ? name.slice(1) : posix.join(dirname(path), name)
  return ALIASES[found] ?? found
}

/** @throws RangeError for a name that leads out of the checkout. */
export function readResource(checkout: string, name: string): string {
  const normal = posix.normalize(name)
  if (normal.startsWith('..')) throw new RangeError(`${name} is not in the checkout`)
  return readFileSync(join(checkout, normal), 'utf8')
}
