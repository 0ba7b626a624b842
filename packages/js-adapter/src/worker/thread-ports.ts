// The owner's parts as a thread sees them: each one a message, or a question that the thread blocks for.
import type { AuditRecord, AuditRedactor } from '../audit.ts'
import type { AdapterLogger, AdapterObserver, Entropy, RateLimiterLike } from '../ports.ts'
import { GuestRefusal } from '../runtime/host-error.ts'
import type { ModuleSource } from '../runtime/modules.ts'
import type { NodeBuiltin } from '../runtime/node-builtins.ts'
import type { SandboxOptions } from '../sandbox/options.ts'
import { recordError } from './error-record.ts'
import type { ThreadContexts } from './thread-contexts.ts'
import type { SharedSettings } from './thread-settings.ts'
import type { Speaker } from './uplink.ts'
import { packSafely, packValue } from './wire.ts'

const SAMPLES = ['onOperation', 'onLimit', 'onHostCall', 'onInstance'] as const

/** Where the sandbox says what it says, and whom it asks: the same options as inline. */
export function ownedOptions(
  speaker: Speaker,
  { owner, timeOriginMs, deterministic, bare }: Pick<SharedSettings, 'owner' | 'timeOriginMs' | 'deterministic' | 'bare'>,
  { random, contexts }: { readonly random: ThreadEntropy | undefined; readonly contexts: ThreadContexts | undefined },
): Omit<SandboxOptions, 'loop'> {
  const logger: AdapterLogger = {
    enabled: (level) => owner.logLevels.includes(level),
    log: (level, message, fields) => speaker.note({ type: 'log', level, message, fields: packValue(describeErrors(fields)) }),
  }
  const observer: AdapterObserver = { enabled: true }
  for (const method of SAMPLES) observer[method] = (sample: object) => speaker.note({ type: 'sample', method, sample })
  // The owner's time has another origin, and a deterministic sandbox the guest's.
  const aheadMs = deterministic ? 0 : performance.timeOrigin - timeOriginMs
  const audit = {
    write: (record: AuditRecord) => speaker.record(aheadMs === 0 ? record : { ...record, atMs: record.atMs + aheadMs }),
  }
  // The redactor is the owner's: it gets the values, and what it makes of them is recorded there.
  const redact: AuditRedactor = (values) => packSafely(values)
  return {
    ...(bare ? {} : { console: { write: (stream: 'stdout' | 'stderr', text: string) => speaker.write(stream, text) } }),
    ...(owner.logLevels.length > 0 ? { logger } : {}),
    ...(owner.observed ? { observer } : {}),
    ...(owner.reported ? { onError: (error, origin) => speaker.send({ type: 'error', error: recordError(error), origin }) } : {}),
    ...(owner.audited ? { audit, auditValues: Object.fromEntries(owner.redacted.map((name) => [name, redact])) } : {}),
    ...(owner.limiters.length > 0
      ? { admission: Object.fromEntries(owner.limiters.map((which) => [which, askedLimiter(speaker, which)])) }
      : {}),
    ...(owner.modules ? { modules: askedModules(speaker, owner.nodeBuiltins) } : {}),
    ...(random === undefined ? {} : { entropy: random }),
    ...(contexts === undefined ? {} : { context: contexts }),
  }
}

/** Fields of a log line are data, but for errors. */
function describeErrors(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (value instanceof Error) return [key, { name: value.name, message: value.message, code: Reflect.get(value, 'code') }]
      return [key, typeof value === 'function' || typeof value === 'symbol' ? String(value) : value]
    }),
  )
}

function askedLimiter(speaker: Speaker, limiter: 'tenants' | 'functions'): RateLimiterLike {
  return {
    allow: (category) => {
      const answer = Object(speaker.ask({ of: 'allow', limiter, category }))
      return { allowed: answer.allowed === true, retryAfterMs: Number(answer.retryAfterMs ?? 0) }
    },
  }
}

function textOf(answer: unknown): string | undefined {
  if (answer === undefined || typeof answer === 'string') return answer
  throw new TypeError(`the module source gave ${typeof answer}, not a text`)
}

function askedModules(speaker: Speaker, nodeBuiltins: readonly NodeBuiltin[]): ModuleSource {
  /** What the owner has allowed, on this side as well: only such a name is asked for. */
  let allowed: string | undefined
  return {
    ...(nodeBuiltins.length === 0 ? {} : { nodeBuiltins }),
    resolve: (specifier, referrer) => {
      allowed = textOf(speaker.ask({ of: 'resolve', specifier, referrer }))
      return allowed
    },
    load: (name) => {
      if (name === allowed) return textOf(speaker.ask({ of: 'load', name }))
      throw new GuestRefusal({
        type: 'Error',
        message: `the module "${name}" may not be imported here`,
        code: 'ERR_MODULE_DENIED',
      })
    },
  }
}

/** The owner's randomness: what it has sent ahead, then what it is asked for. */
export class ThreadEntropy implements Entropy {
  readonly #speaker: Speaker
  #ahead: Uint8Array

  constructor(speaker: Speaker) {
    this.#speaker = speaker
    this.#ahead = new Uint8Array()
  }
  /** Sent with the order to make a guest. */
  begin(ahead: Uint8Array): void {
    this.#ahead = ahead
  }
  fill(bytes: Uint8Array): void {
    const ahead = this.#ahead.subarray(0, bytes.length)
    this.#ahead = this.#ahead.subarray(ahead.length)
    bytes.set(ahead)
    const rest = bytes.subarray(ahead.length)
    if (rest.length === 0) return
    const answer = this.#speaker.ask({ of: 'random', bytes: rest.length })
    if (!(answer instanceof Uint8Array) || answer.length !== rest.length)
      throw new TypeError(`the source of randomness did not give ${rest.length} bytes`)
    rest.set(answer)
  }
}
