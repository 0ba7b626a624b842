// Runs one hostile program in a sandbox of its own and judges how it ended, and what it left behind.
import { isJsAdapterError } from '../../errors.ts'
import type { FetchOptions } from '../../fetch/fetch-options.ts'
import type { SandboxLimits } from '../../limits.ts'
import type { Profile } from '../../profile/profiles.ts'
import type { RawCall } from '../../runtime/raw-call.ts'
import type { Exposed } from '../../sandbox/exposure.ts'
import type { HostileCase, HostileOutcome } from './case.ts'
import { HOSTILE_NETWORK } from './hostile-network.ts'

/** What the suite uses of a sandbox, so that it runs on every kind of it. */
export interface HostileSandbox {
  readonly state: string
  expose(name: string, value: Exposed): void
  run(source: string, options?: { readonly operationMs?: number | undefined }): Promise<unknown>
  /** Only where host functions run inside the guest's operation. */
  get?(name: string): unknown
  set?(name: string, value: unknown): void
  close(): void
}

export interface HostileOpening {
  readonly limits: SandboxLimits
  /** For the cases with `network`, always the same object; the others are given none. */
  readonly fetch: FetchOptions | undefined
  /** Gets what belongs to no `run`. */
  readonly onError: (error: unknown) => void
}

export interface HostileOptions {
  /** Opens a sandbox on a loop that runs. */
  open(options: HostileOpening): Promise<HostileSandbox>
  /** Milliseconds of the soft limit of what must be stopped. */
  readonly softMs: number
  readonly hardMs: number
  /** Whether `soft` or `hard` may come in place of each other and of a program's own end: the machine may be busy. */
  readonly tolerant: boolean
  /** Of the sandboxes that `open` gives. Default `full`. */
  readonly profile?: Profile | undefined
  /** Whether sandboxes have a stack of more than 128 KiB, as those in threads have by default. Default `false`. */
  readonly deepStack?: boolean | undefined
}

export interface HostileReport {
  readonly outcome: string
  /** What was reported after the program had ended; `undefined` when the case asks for nothing. */
  readonly later: string | undefined
  readonly elapsedMs: number
  /** What is wrong with it; empty when it passed. */
  readonly failures: readonly string[]
}

const PROBE = 'JSON.stringify([6 * 7, typeof setTimeout, Object.keys({}).length, [3, 1, 2].sort().join()])'
const PROBED = { full: '[42,"function",0,"1,2,3"]', bare: '[42,"undefined",0,"1,2,3"]' } as const
/** A program that must end by itself gets time for it, on any machine. */
const LONG_MS = 20_000
const WALL_MS = 300
const ATTEMPTS = 20

/** The outcome that an error of a sandbox stands for. */
export function hostileOutcome(error: unknown): HostileOutcome | string {
  if (!isJsAdapterError(error)) return `a foreign error: ${String(error)}`
  switch (error.code) {
    case 'ERR_LIMIT_OPERATION':
    case 'ERR_LIMIT_JOBS':
      return 'soft'
    case 'ERR_LIMIT_HARD':
      return 'hard'
    case 'ERR_LIMIT_WALL':
      return 'wall'
    case 'ERR_LIMIT_MEMORY':
      return 'memory'
    case 'ERR_LIMIT_STACK':
      return 'stack'
    case 'ERR_GUEST_EXCEPTION':
    case 'ERR_GUEST_SYNTAX':
    case 'ERR_SANDBOX_EXITED':
    case 'ERR_LIMIT_RESULT':
      return 'guest'
    default:
      return error.code
  }
}

function isStopped(outcomes: readonly HostileOutcome[]): boolean {
  return outcomes.includes('soft') || outcomes.includes('hard')
}

function limitsOf({ expect, later, holds }: HostileCase, { softMs, hardMs }: HostileOptions): SandboxLimits {
  const stops = isStopped(expect) || (later !== undefined && isStopped(later))
  return {
    ...(stops ? { operationMs: softMs, hardMs } : { operationMs: LONG_MS, hardMs: 2 * LONG_MS }),
    wallMs: expect.includes('wall') ? WALL_MS : 2 * LONG_MS,
    ...(holds === undefined ? {} : { maxInterrupts: Number.POSITIVE_INFINITY }),
  }
}

function exposeTargets(sandbox: HostileSandbox, inline: boolean): void {
  sandbox.expose('later', (value: unknown) => value)
  sandbox.expose('never', () => new Promise(() => {}))
  sandbox.expose('failLater', () => Promise.reject(new TypeError('host failed', { cause: 'secret' })))
  if (!inline) return
  sandbox.expose('sync', { sync: (value: unknown) => value })
  sandbox.expose('raw', { raw: (call: RawCall) => call.argument(0) })
  sandbox.expose('fail', {
    sync: (...thrown: unknown[]) => {
      throw thrown.length > 0 ? thrown[0] : new TypeError('host failed', { cause: 'secret' })
    },
  })
  sandbox.expose('reenter', { sync: (name: string) => sandbox.get?.(name) })
  sandbox.expose('assign', { sync: (name: string, value: unknown) => sandbox.set?.(name, value) })
}

async function outcomeOf(work: Promise<unknown>): Promise<{ readonly outcome: string; readonly value: unknown }> {
  try {
    return { outcome: 'ok', value: await work }
  } catch (error) {
    return { outcome: hostileOutcome(error), value: undefined }
  }
}

/** Evaluates a short expression that a busy machine may stop, and tries again when it does. */
async function evaluate(sandbox: HostileSandbox, source: string): Promise<{ readonly outcome: string; readonly value: unknown }> {
  for (let attempt = 1; ; attempt++) {
    const result = await outcomeOf(sandbox.run(source))
    if (result.outcome !== 'soft' || attempt === ATTEMPTS || sandbox.state !== 'ready') return result
  }
}

/** A fresh sandbox gives the right answer, whatever ran in the process before: it is the next sandbox of the previous program. */
async function openProbed(
  hostile: HostileCase,
  options: HostileOptions,
  onError: (error: unknown) => void,
): Promise<{ readonly sandbox: HostileSandbox; readonly failure: string | undefined }> {
  const probed = PROBED[options.profile ?? 'full']
  for (let attempt = 1; ; attempt++) {
    const fetch = hostile.network === true ? HOSTILE_NETWORK : undefined
    const sandbox = await options.open({ limits: limitsOf(hostile, options), fetch, onError })
    const { outcome, value } = await evaluate(sandbox, PROBE)
    if (value === probed && sandbox.state === 'ready') return { sandbox, failure: undefined }
    if ((outcome === 'ok' && value !== probed) || attempt === ATTEMPTS)
      return { sandbox, failure: `the probe gave ${outcome} ${String(value)}` }
    sandbox.close()
  }
}

function accepted(expected: readonly HostileOutcome[], tolerant: boolean): readonly string[] {
  return tolerant && isStopped(expected) ? [...expected, 'soft', 'hard'] : expected
}

/**
 * Runs a case. Nothing of it throws: what is wrong is in `failures`. The first sandbox it opens is probed before the program runs; run
 * `hostileProbe` after the last case.
 */
export async function runHostileCase(hostile: HostileCase, options: HostileOptions): Promise<HostileReport> {
  const failures: string[] = []
  let onLater: (error: unknown) => void = () => {}
  const reported = new Promise<unknown>((resolve) => {
    onLater = resolve
  })
  const { sandbox, failure } = await openProbed(hostile, options, (error) => onLater(error))
  if (failure !== undefined) failures.push(failure)
  exposeTargets(sandbox, hostile.inline === true)
  const startedAtMs = performance.now()
  const { outcome } = await outcomeOf(sandbox.run(hostile.source))
  const elapsedMs = performance.now() - startedAtMs
  const expected = options.deepStack === true ? [...hostile.expect, ...(hostile.deep ?? [])] : hostile.expect
  if (!accepted(expected, options.tolerant).includes(outcome))
    failures.push(`ended as ${outcome}, expected ${expected.join(' or ')}`)
  let later: string | undefined
  if (hostile.later !== undefined && outcome === 'ok') {
    later = await Promise.race([reported.then(hostileOutcome), nothing()])
    if (!accepted(hostile.later, options.tolerant).includes(later))
      failures.push(`reported ${later} afterwards, expected ${hostile.later.join(' or ')}`)
  }
  if (hostile.holds !== undefined && sandbox.state === 'ready') {
    const held = await evaluate(sandbox, hostile.holds)
    if (held.value !== true && sandbox.state === 'ready') failures.push(`${hostile.holds} does not hold: ${held.outcome}`)
  }
  sandbox.close()
  return { outcome, later, elapsedMs, failures }
}

/** The right answer from a fresh sandbox, or what it gave instead. */
export async function hostileProbe(options: HostileOptions): Promise<string | undefined> {
  const innocent: HostileCase = { class: 'probe', source: '', expect: ['ok'] }
  const { sandbox, failure } = await openProbed(innocent, options, () => {})
  sandbox.close()
  return failure
}

function nothing(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('nothing'), LONG_MS).unref()
  })
}
