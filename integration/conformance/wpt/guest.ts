// One file of web-platform-tests in a guest of its own: the checkout's harness, what it expects of its surroundings, and its results.
import type { EventLoop } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import { readResource, resolveResource } from './files.ts'
import type { WptFile } from './files.ts'

/** For one file under one query, on any machine. */
const FILE_MS = 120_000
const HARNESS = 'resources/testharness.js'

export interface WptResult {
  readonly name: string
  readonly passed: boolean
  readonly why: string
}

/** What the harness reads of a browser: a location, the kind of its global, a way to data beside the test, and names that a file makes before its first. */
function surroundings({ path }: WptFile, variant: string): string {
  const location = {
    search: variant,
    hash: '',
    pathname: `/${path}`,
    href: `https://web-platform.test/${path}${variant}`,
    origin: 'https://web-platform.test',
  }
  return `globalThis.self = globalThis
globalThis.location = ${JSON.stringify(location)}
globalThis.Blob = class Blob {}
globalThis.File = class File extends Blob {}
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false }
globalThis.fetch = async (name) => { const text = await readResource(String(name)); return { ok: true, text: async () => text, json: async () => JSON.parse(text) } }
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})`
}

/** The results come when the harness says so; what it does not hear of ends at the file's time. */
const COLLECT = `setup({ explicit_done: true })
globalThis.wptResults = new Promise((resolve) => add_completion_callback((tests, status) => resolve(JSON.stringify({
  status: status.status, message: status.message ?? '', tests: tests.map(({ name, status, message }) => ({ name, status, message: message ?? '' })) }))))
undefined`

interface Collected {
  readonly status: number
  readonly message: string
  readonly tests: readonly { readonly name: string; readonly status: number; readonly message: string }[]
}

export async function runWptFile(
  {
    loop,
    variant: engine,
    checkout,
  }: { readonly loop: EventLoop; readonly variant: 'ng' | 'bellard'; readonly checkout: string },
  file: WptFile,
  variant: string,
): Promise<readonly WptResult[]> {
  // A thread for its stack: the harness formats values by recursion.
  const sandbox = await Sandbox.create({
    mode: 'worker',
    loop,
    variant: engine,
    limits: {
      operationMs: FILE_MS,
      hardMs: 2 * FILE_MS,
      wallMs: FILE_MS,
      memoryBytes: 256 * 1024 * 1024,
      maxSourceBytes: 64 * 1024 * 1024,
    },
    console: { write: () => {} },
    onError: () => {},
  })
  try {
    await sandbox.expose('readResource', (name: string) => readResource(checkout, resolveResource(file.path, name)))
    await sandbox.run(`${surroundings(file, variant)};undefined`)
    await sandbox.run(`${readResource(checkout, HARNESS)};undefined`, { name: HARNESS })
    await sandbox.run(COLLECT)
    for (const script of file.scripts) await sandbox.run(`${readResource(checkout, script)}\n;undefined`, { name: script })
    await sandbox.run(`${file.text}\n;undefined`, { name: file.path })
    const { status, message, tests } = JSON.parse(String(await sandbox.run('done(); wptResults'))) as Collected
    const results = tests.map((test) => ({ name: test.name, passed: test.status === 0, why: test.message }))
    return status === 0 ? results : [...results, { name: '(harness)', passed: false, why: message }]
  } catch (error) {
    return [
      {
        name: '(file)',
        passed: false,
        why: [error, Reflect.get(Object(error), 'cause')].filter((one) => one !== undefined).join('; '),
      },
    ]
  } finally {
    await sandbox[Symbol.asyncDispose]()
  }
}
