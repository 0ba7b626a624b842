// What a caller asks of the guest with `run` and `call`: a result to wait for, and an entry of its own that brings it.
import { LimitError } from '../errors.ts'
import { utf8Length } from '../platform/bytes.ts'
import { sha256 } from '../platform/sha256.ts'
import { clockMs } from './clock.ts'
import type { Contexts } from './contexts.ts'
import type { Ending } from './ending.ts'
import type { Entries, OperationFacts } from './entries.ts'
import type { HostCalls } from './host-calls.ts'
import type { Lifetime } from './lifetime.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import type { PendingResults } from './pending-results.ts'
import type { Reports } from './reports.ts'
import type { Source } from './guest-work.ts'
import type { CallOptions, RunOptions } from './run-options.ts'

export interface RequestsParts {
  readonly options: ResolvedSandboxOptions
  readonly contexts: Contexts
  readonly results: PendingResults
  readonly reports: Reports
  readonly hostCalls: HostCalls
  readonly ending: Ending
  readonly entries: Entries
  readonly lifetime: Lifetime
}

export class Requests {
  readonly #parts: RequestsParts
  constructor(parts: RequestsParts) {
    this.#parts = parts
  }

  /** @param evaluate - runs the script inside the entry, and returns an owned value of the guest. */
  script(text: string, options: RunOptions, evaluate: (script: Source) => number): Promise<unknown> {
    const { name: fileName = 'script.js', module = false } = options
    const refused = this.#tooLarge(text)
    if (refused !== undefined) return Promise.reject(refused)
    const facts = this.#parts.reports.audited ? { name: fileName, sha256: sha256(text), bytes: utf8Length(text) } : undefined
    return this.make('run', options, { jobsFirst: module, facts }, () => evaluate({ text, fileName, module }))
  }
  /** The error for a source that is larger than it may be. */
  #tooLarge(source: string): LimitError | undefined {
    const { options, reports } = this.#parts
    const { maxSourceBytes } = options.limits
    const bytes = utf8Length(source)
    if (bytes <= maxSourceBytes) return undefined
    const error = new LimitError('ERR_LIMIT_SOURCE', `the source has ${bytes} bytes: maxSourceBytes is ${maxSourceBytes}`, {
      limit: 'maxSourceBytes',
      configured: maxSourceBytes,
      observed: bytes,
      operationId: 0,
    })
    reports.limitOutsideEntry('maxSourceBytes', 0, error)
    return error
  }

  /** @param evaluate - runs inside the entry, and returns an owned value of the guest. */
  make(
    kind: string,
    { signal, timeoutMs, operationMs }: CallOptions,
    { jobsFirst, facts }: { readonly jobsFirst: boolean; readonly facts: OperationFacts | undefined },
    evaluate: () => number,
  ): Promise<unknown> {
    const { options, contexts, results, hostCalls, ending, entries, lifetime } = this.#parts
    const dead = ending.deadError()
    if (dead !== undefined) return Promise.reject(dead)
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const wallMs = Math.min(options.limits.wallMs, timeoutMs ?? Number.POSITIVE_INFINITY)
    if (!(wallMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`)
    if (operationMs !== undefined && !(operationMs > 0)) throw new RangeError(`operationMs must be above 0, got ${operationMs}`)
    const { result, promise } = results.open({
      wallMs,
      signal,
      nowMs: clockMs(),
      onAbandoned: (id, reason) => hostCalls.abort(reason, id),
    })
    const captured = contexts.capture()
    lifetime.start(captured)
    const enter = (): void => {
      if (results.get(result.id) !== undefined && ending.mayEnter) {
        const wall =
          result.deadlineMs === Number.POSITIVE_INFINITY
            ? undefined
            : ({ limit: 'wallMs', configured: wallMs, atMs: result.deadlineMs } as const)
        const body = (): void => entries.deliver(result.id, evaluate())
        entries.enter(kind, result.id, body, { operationMs, wall, jobsFirst }, facts)
      }
      lifetime.checkEnd()
    }
    entries.queue(captured, enter, (error) => results.get(result.id)?.reject(error))
    return promise
  }
}
