// What a file of test262 says of itself, and the sources that a run of it consists of.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Features that neither engine has, or that need several realms or agents: their tests are skipped, not failed. */
export const SKIPPED_FEATURES: ReadonlySet<string> = new Set([
  'Atomics',
  'Atomics.pause',
  'Atomics.waitAsync',
  'IsHTMLDDA',
  'SharedArrayBuffer',
  'ShadowRealm',
  'Temporal',
  'canonical-tz',
  'cross-realm',
  'host-gc-required',
  'source-phase-imports-module-source',
  'tail-call-optimization',
])
/** Flags of tests that need agents. */
const SKIPPED_FLAGS: ReadonlySet<string> = new Set(['CanBlockIsFalse', 'CanBlockIsTrue'])

export interface Negative {
  readonly phase: string
  readonly type: string
}

export interface Test262File {
  /** Relative to the checkout's `test` folder, with slashes. */
  readonly path: string
  readonly text: string
  readonly includes: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly negative: Negative | undefined
  /** Why the test cannot run here. */
  readonly skipped: string | undefined
}

/** One way of running a file. */
export interface Test262Run {
  readonly file: Test262File
  readonly mode: 'sloppy' | 'strict' | 'module' | 'raw'
}

function listOf(front: string, key: string): readonly string[] {
  const inline = new RegExp(`^${key}:\\s*\\[([^\\]]*)\\]`, 'mu').exec(front)?.[1]
  if (inline !== undefined)
    return inline
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  const block = new RegExp(`^${key}:\\s*\\n((?:\\s+-\\s+.*\\n?)+)`, 'mu').exec(front)?.[1]
  return block === undefined ? [] : [...block.matchAll(/-\s+(\S+)/gu)].map((match) => match[1] ?? '')
}

function negativeOf(front: string): Negative | undefined {
  const block = /^negative:\s*\n((?:\s+.*\n?)+)/mu.exec(front)?.[1]
  const phase = block === undefined ? undefined : /phase:\s*(\S+)/u.exec(block)?.[1]
  const type = block === undefined ? undefined : /type:\s*(\S+)/u.exec(block)?.[1]
  return phase === undefined || type === undefined ? undefined : { phase, type }
}

export function readTest(testFolder: string, path: string): Test262File {
  const text = readFileSync(join(testFolder, path), 'utf8')
  const front = (/\/\*---([\s\S]*?)---\*\//u.exec(text)?.[1] ?? '').replaceAll('\r', '\n')
  const flags = new Set(listOf(front, 'flags'))
  const feature = listOf(front, 'features').find((name) => SKIPPED_FEATURES.has(name) || name.startsWith('Intl'))
  const flag = [...flags].find((name) => SKIPPED_FLAGS.has(name))
  return {
    path,
    text,
    flags,
    includes: listOf(front, 'includes'),
    negative: negativeOf(front),
    skipped: feature ?? flag ?? (text.includes('$262.createRealm') ? 'cross-realm' : undefined),
  }
}

/** Both modes of a script, unless its flags name one. */
export function runsOf(file: Test262File): readonly Test262Run[] {
  const { flags } = file
  if (flags.has('module')) return [{ file, mode: 'module' }]
  if (flags.has('raw')) return [{ file, mode: 'raw' }]
  if (flags.has('onlyStrict')) return [{ file, mode: 'strict' }]
  if (flags.has('noStrict')) return [{ file, mode: 'sloppy' }]
  return [
    { file, mode: 'sloppy' },
    { file, mode: 'strict' },
  ]
}

/** What a run evaluates after the harness. A script's last value is none of the test's business: it becomes `undefined`. */
export function sourceOf({ file, mode }: Test262Run): string {
  if (mode === 'raw' || mode === 'module') return file.text
  const text = mode === 'strict' ? `"use strict";\n${file.text}` : file.text
  return file.negative === undefined ? `${text}\n;undefined` : text
}

/** Harness files by name, read once. */
export class Harness {
  readonly #folder: string
  readonly #texts = new Map<string, string>()
  constructor(checkout: string) {
    this.#folder = join(checkout, 'harness')
  }
  text(name: string): string {
    let text = this.#texts.get(name)
    if (text === undefined) {
      text = readFileSync(join(this.#folder, name), 'utf8')
      this.#texts.set(name, text)
    }
    return text
  }
  /** What every realm has before a test: the host's functions, and the harness of all tests. */
  get prelude(): string {
    return [HOST_FUNCTIONS, this.text('assert.js'), this.text('sta.js')].join('\n')
  }
  /** What a test asks for beside that; `undefined` for nothing. */
  extras({ includes, flags }: Test262File): string | undefined {
    const names = flags.has('async') ? ['doneprintHandle.js', ...includes] : includes
    return names.length === 0 ? undefined : names.map((name) => this.text(name)).join('\n')
  }
}

/** The host's side of test262 in terms of the language; `__report` is the one host function. */
const HOST_FUNCTIONS = `{
  const { defineProperty } = Object, evaluate = eval, transfer = Function.prototype.call.bind(ArrayBuffer.prototype.transfer)
  const report = __report
  const define = (name, value) => defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
  define('print', function print(text) { report(String(text)) })
  define('$262', {
    global: globalThis,
    detachArrayBuffer(buffer) { transfer(buffer) },
    evalScript(text) { return evaluate(text) },
    gc() { throw new TypeError('no collector can be called') },
  })
}`

/** What one run came to. */
export interface Test262Result {
  readonly passed: boolean
  /** Why it failed. */
  readonly why: string
}

const STANDARD_NAMES: ReadonlySet<string> = new Set([
  'AggregateError',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SuppressedError',
  'SyntaxError',
  'TypeError',
  'URIError',
])

/**
 * Judges a run.
 * @param thrown - the name of the error that ended it, `undefined` when none did.
 * @param printed - the first line of an asynchronous test.
 */
export function judge({ negative, flags }: Test262File, thrown: string | undefined, printed: string | undefined): Test262Result {
  if (negative !== undefined) {
    // The harness's own error class has no name.
    const matches = negative.type === 'Test262Error' ? !STANDARD_NAMES.has(thrown ?? 'Error') : thrown === negative.type
    return { passed: matches, why: `${thrown ?? 'nothing'} was thrown, not ${negative.type}` }
  }
  if (thrown !== undefined) return { passed: false, why: thrown }
  if (!flags.has('async')) return { passed: true, why: '' }
  return { passed: printed === 'Test262:AsyncTestComplete', why: printed ?? 'it never ended' }
}
