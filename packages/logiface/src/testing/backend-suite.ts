// The conformance suite of backends. It brings no test framework: the caller passes `test`, assertions are Node's own.
import type { Level, LevelName } from '../level.ts'
import type { BackendCapability, Custom, OpenedBackend, OpenRequest } from './backend-cases.ts'
import { CASES } from './backend-cases.ts'
import { COMPOSITE_CASES } from './composite-cases.ts'
import { ERROR_CASES } from './error-cases.ts'

export interface BackendSuiteOptions {
  readonly name: string
  /** Registers one case: vitest's, node:test's or Mocha's `test` fits. */
  readonly test: (name: string, run: () => Promise<void>) => unknown
  readonly open: (request: OpenRequest) => OpenedBackend | Promise<OpenedBackend>
  /** How the backend shows a level of ours. Default: its own name. */
  readonly level?: ((name: LevelName | Custom, level: Level) => unknown) | undefined
  /** The member that holds the message. Default `msg`. */
  readonly messageKey?: string | undefined
  /** How a bigint is shown. Default: its decimal as a text. */
  readonly bigint?: ((value: bigint) => unknown) | undefined
  /** What it lacks, each with the reason. */
  readonly lacks?: Readonly<Partial<Record<BackendCapability, string>>> | undefined
}

/** Registers every case of the suite for one backend. @returns the names of the cases that are not run, with the reason. */
export function backendSuite(options: BackendSuiteOptions): readonly string[] {
  const { name, test, level = (levelName) => levelName, messageKey = 'msg', bigint = String, lacks = {} } = options
  const notRun: string[] = []
  for (const [title, { needs, run }] of Object.entries({ ...CASES, ...ERROR_CASES, ...COMPOSITE_CASES })) {
    const reason = needs === undefined ? undefined : lacks[needs]
    if (reason !== undefined) {
      notRun.push(`${name}: ${title}: ${reason}`)
      continue
    }
    test(`${name}: ${title}`, async () => {
      const opened: OpenedBackend[] = []
      try {
        await run({
          async open(request = {}) {
            const backend = await options.open({ options: { level: 'trace', levels: { audit: 9 }, ...request } })
            opened.push(backend)
            return backend
          },
          level,
          messageKey,
          bigint,
        })
      } finally {
        for (const backend of opened) await backend.close?.()
      }
    })
  }
  return notRun
}
