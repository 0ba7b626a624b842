// Redaction rules: what may be given, and what each is compiled to.
import { LogError } from '../errors.ts'

/** Decides by key, path and value. `true` censors; a text replaces the value. What it throws censors as well. */
export type RedactTest = (key: string, path: readonly string[], value: unknown) => boolean | string

/**
 * A key (any depth), a path (anchored at the event; `*` one level, `**` any number), a RegExp over keys (any depth), or a
 * function. Keys and segments are compared without ASCII case, `_` and `-`.
 */
export type RedactRule = string | RegExp | RedactTest

/** What stands in place of a censored value. A function that throws counts as the default text. */
export type Censor = string | ((value: unknown, path: readonly string[]) => string)

export interface RedactOptions {
  readonly rules: readonly RedactRule[]
  /** Default `[Redacted]`. */
  readonly censor?: Censor | undefined
  /** Leaves the field out in place of censoring it (in an array: `null`). Default false. */
  readonly remove?: boolean | undefined
}

/** Keys that commonly hold secrets. Nothing is redacted unless asked for: `redact: SENSITIVE_KEYS`. */
export const SENSITIVE_KEYS: readonly string[] = Object.freeze([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'sessionToken',
  'csrfToken',
  'apiKey',
  'xApiKey',
  'privateKey',
  'secretKey',
  'accessKey',
  'encryptionKey',
  'signingKey',
  'authorization',
  'proxyAuthorization',
  'cookie',
  'setCookie',
  'credential',
  'credentials',
  'cardNumber',
  'cvv',
  'cvc',
  'pin',
  'ssn',
])

/** Segments that a path has at most. */
export const MAX_SEGMENTS = 256

/** One segment of a path: a literal in normal form, one level, or any number of levels. */
export type Segment = { readonly literal: string } | '*' | '**'

export interface CompiledRules {
  /** Keys in normal form, at any depth. */
  readonly keys: ReadonlySet<string>
  readonly paths: readonly (readonly Segment[])[]
  readonly patterns: readonly RegExp[]
  readonly tests: readonly RedactTest[]
}

/** The form in which keys are compared: ASCII lower case, without `_` and `-`. */
export function normalKey(key: string): string {
  return key.replace(/[A-Z_-]+/g, (run) => run.replace(/[_-]/g, '').toLowerCase())
}

/** @throws LogError `ERR_LOG_REDACT` naming the rule. */
export function compileRules(rules: readonly RedactRule[]): CompiledRules {
  const keys = new Set<string>()
  const paths: (readonly Segment[])[] = []
  const patterns: RegExp[] = []
  const tests: RedactTest[] = []
  if (!Array.isArray(rules)) throw new LogError('ERR_LOG_REDACT', 'redact: the rules must be an array')
  for (const rule of rules as readonly RedactRule[]) {
    if (typeof rule === 'function') tests.push(rule)
    else if (rule instanceof RegExp) patterns.push(new RegExp(rule.source, rule.flags.replace(/[gy]/g, '')))
    else if (typeof rule !== 'string' || rule === '')
      throw new LogError(
        'ERR_LOG_REDACT',
        `redact: a rule is a text, a RegExp or a function, got ${JSON.stringify(rule) ?? typeof rule}`,
      )
    else if (/[.[*]/.test(rule)) paths.push(parsePath(rule))
    else keys.add(normalKey(rule))
  }
  return { keys, paths, patterns, tests }
}

const PATH_PART = /\.?(\*\*|\*|[^.[\]*"']+)|\[(\*\*|\*|\d+)\]|\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/

/** Splits `card.*.number`, `items[*].pin`, `["odd.key"].x` or `**.auth` into segments. */
export function parsePath(path: string): readonly Segment[] {
  const segments: Segment[] = []
  const parts = new RegExp(PATH_PART, 'y')
  let end = 0
  while (end < path.length) {
    const part = parts.exec(path)
    if (part === null || (end === 0 && part[0].startsWith('.')) || (end > 0 && part[1] !== undefined && !part[0].startsWith('.')))
      throw new LogError(
        'ERR_LOG_REDACT',
        `redact: the path ${JSON.stringify(path)} is malformed at character ${end + 1}; a wildcard is a whole segment`,
      )
    end = parts.lastIndex
    const bare = part[1] ?? part[2]
    const quoted = part[3] ?? part[4]
    if (bare === '*' || bare === '**') segments.push(bare)
    else segments.push({ literal: normalKey(bare ?? (quoted as string).replace(/\\(.)/g, '$1')) })
  }
  if (segments.length >= MAX_SEGMENTS)
    throw new LogError('ERR_LOG_REDACT', `redact: a path has at most ${MAX_SEGMENTS - 1} segments, got ${segments.length}`)
  return segments
}

/**
 * What a key that is itself written as a path, such as `user.password`, may name: its parts between dots, and those between dots
 * and brackets. None for an ordinary key. All readings count, since taking the wrong one would let a secret pass.
 */
export function pathReadings(key: string): readonly (readonly string[])[] {
  if (!key.includes('.') && !key.includes('[')) return []
  const parts = (separator: RegExp): readonly string[] => key.split(separator).filter((segment) => segment !== '')
  return /[[\]]/.test(key) ? [parts(/\.+/), parts(/[.[\]]+/)] : [parts(/\.+/)]
}
