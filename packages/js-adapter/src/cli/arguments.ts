// Reads the command's words into checked options, or into the one sentence that says what is wrong with them.
import { VARIANT_NAMES } from '../engine/variant.ts'
import type { VariantName } from '../engine/variant.ts'
import { INLINE_STACK_BYTES } from '../limits.ts'
import { DEFAULT_GUEST_STACK_BYTES, MOST_GUEST_STACK_BYTES } from '../worker/thread-limits.ts'

export const LOG_BACKENDS = ['off', 'json', 'pino', 'winston'] as const
export type LogBackend = (typeof LOG_BACKENDS)[number]

/** What `run` and `repl` both take. */
export interface LimitArguments {
  readonly operationMs: number
  readonly hardMs: number | false
  readonly wallMs: number
  readonly memoryBytes: number
  readonly stackBytes: number
  readonly maxTimers: number
  readonly engine: VariantName
  readonly exposeGc: boolean
}

export interface RunArguments extends LimitArguments {
  readonly file: string
  readonly module: boolean
  readonly virtualTime: boolean
  readonly log: LogBackend
  readonly report: 'json' | undefined
}

export type Parsed =
  | { readonly kind: 'run'; readonly run: RunArguments }
  | { readonly kind: 'repl'; readonly repl: LimitArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'wrong'; readonly message: string }

export const HELP = `js-adapter run FILE|-   runs a script in QuickJS on an event loop of its own; - reads standard input
js-adapter repl         reads programs and prints their values; takes the limits, --engine and --expose-gc

  --operation-timeout MS   one script, callback or settlement may take so long; the others go on (default 1000, 0 off)
  --hard-timeout MS        what cannot be interrupted is terminated, and the program with it (default 2000, 0 off)
  --deadline MS            the whole program may take so long (default 0, off)
  --memory-limit SIZE      memory of the engine, 1m to 2g (default 64m)
  --stack-size SIZE        stack of the guest, 16k to 8m (default 512k); up to 32k it runs without a thread of its own, as repl does
  --max-timers N           live timeouts, intervals and immediates (default 1000)
  --engine ng|bellard      quickjs-ng or Bellard's QuickJS (default ng)
  --module                 the file is an ES module, as every .mjs file is; imports stay inside the file's directory
  --virtual-time           timers fire at once, in order; the program ends as soon as nothing is left
  --log off|json|pino|winston   diagnostics of the host to standard error (default off)
  --report json            one JSON object as the last line of standard error: why and how the program ended
  --expose-gc              adds gc() to the guest
  --help, --version

SIZE takes k, m and g. Exit codes: the guest's own process.exitCode, 1 an uncaught error, 2 wrong usage or an unreadable file,
3 a limit stopped the program or a part of it, 130 interrupted.
`

const OPTIONS = {
  'operation-timeout': { type: 'string' },
  'hard-timeout': { type: 'string' },
  deadline: { type: 'string' },
  'memory-limit': { type: 'string' },
  'stack-size': { type: 'string' },
  'max-timers': { type: 'string' },
  engine: { type: 'string' },
  module: { type: 'boolean' },
  'virtual-time': { type: 'boolean' },
  log: { type: 'string' },
  report: { type: 'string' },
  'expose-gc': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

const RUN_ONLY = ['module', 'virtual-time', 'log', 'report'] as const

class WrongUsage extends Error {}

function number(
  name: string,
  text: string | undefined,
  fallback: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (text === undefined) return fallback
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max)
    throw new WrongUsage(`--${name} takes a number from ${min} to ${max}, got "${text}"`)
  return value
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

function size(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const match = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text)
  if (match === null) throw new WrongUsage(`--${name} takes a size such as 64m, got "${text}"`)
  return Math.floor(Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1))
}

function choice<T extends string>(name: string, text: string | undefined, fallback: T, allowed: readonly T[]): T {
  if (text === undefined) return fallback
  const found = allowed.find((one) => one === text)
  if (found === undefined) throw new WrongUsage(`--${name} takes one of ${allowed.join(', ')}, got "${text}"`)
  return found
}

type Values = {
  readonly [K in keyof typeof OPTIONS]?: ((typeof OPTIONS)[K]['type'] extends 'string' ? string : boolean) | undefined
}

function resolve(file: string, values: Values, stack: { readonly usual: number; readonly most: number }): RunArguments {
  const time = { min: 0, max: 2 ** 31 - 1 }
  const operation = number('operation-timeout', values['operation-timeout'], 1000, time)
  const operationMs = operation === 0 ? Number.POSITIVE_INFINITY : operation
  const hardText = values['hard-timeout']
  const hard = number('hard-timeout', hardText, Math.max(2000, operationMs + 1000), time)
  const hardMs = hard === 0 || hard === Number.POSITIVE_INFINITY ? false : hard
  if (hardMs !== false && hardMs < operationMs + 20)
    throw new WrongUsage(
      `--hard-timeout must be at least 20 more than --operation-timeout (${operationMs === Number.POSITIVE_INFINITY ? 'off' : operationMs}), got ${hardMs}`,
    )
  const deadline = number('deadline', values.deadline, 0, time)
  const stackBytes = size('stack-size', values['stack-size'], stack.usual)
  if (stackBytes > stack.most)
    throw new WrongUsage(
      `--stack-size must be at most ${stack.most / 1024}k${stack.most === INLINE_STACK_BYTES ? ', for repl has no thread of its own' : ''}, got "${values['stack-size']}"`,
    )
  if (stackBytes < 16 * 1024) throw new WrongUsage(`--stack-size must be at least 16k, got "${values['stack-size']}"`)
  const memoryBytes = size('memory-limit', values['memory-limit'], 64 * 1024 ** 2)
  if (memoryBytes < 1024 ** 2 || memoryBytes > 2 * 1024 ** 3)
    throw new WrongUsage(`--memory-limit must be from 1m to 2g, got "${values['memory-limit']}"`)
  const report = values.report
  if (report !== undefined && report !== 'json') throw new WrongUsage(`--report takes json, got "${report}"`)
  const maxTimers = number('max-timers', values['max-timers'], 1000, { min: 1, max: 2 ** 31 - 1 })
  if (!Number.isInteger(maxTimers)) throw new WrongUsage(`--max-timers takes a whole number, got "${values['max-timers']}"`)
  return {
    file,
    operationMs,
    hardMs,
    wallMs: deadline === 0 ? Number.POSITIVE_INFINITY : deadline,
    memoryBytes,
    stackBytes,
    maxTimers,
    engine: choice('engine', values.engine, 'ng', VARIANT_NAMES),
    module: values.module === true || file.endsWith('.mjs'),
    virtualTime: values['virtual-time'] === true,
    log: choice('log', values.log, 'off', LOG_BACKENDS),
    report,
    exposeGc: values['expose-gc'] === true,
  }
}

/** Reads the words after the program's name. Never throws. */
export function parseArguments(words: readonly string[]): Parsed {
  const { parseArgs } = process.getBuiltinModule('node:util')
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true, strict: true })
    if (values.help === true) return { kind: 'help' }
    if (values.version === true) return { kind: 'version' }
    const [command, file, ...rest] = positionals
    if (command === undefined) throw new WrongUsage('a command is missing: js-adapter run FILE')
    if (command === 'repl') {
      if (file !== undefined) throw new WrongUsage(`repl reads standard input, got also "${file}"`)
      for (const name of RUN_ONLY) if (values[name] !== undefined) throw new WrongUsage(`--${name} is for run`)
      return { kind: 'repl', repl: resolve('-', values, { usual: INLINE_STACK_BYTES, most: INLINE_STACK_BYTES }) }
    }
    if (command !== 'run') throw new WrongUsage(`unknown command "${command}": there are run and repl`)
    if (file === undefined) throw new WrongUsage('a file is missing: js-adapter run FILE, or - for standard input')
    if (rest.length > 0) throw new WrongUsage(`one file at a time, got also "${rest.join('", "')}"`)
    return { kind: 'run', run: resolve(file, values, { usual: DEFAULT_GUEST_STACK_BYTES, most: MOST_GUEST_STACK_BYTES }) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'wrong', message: message.split('\n')[0] ?? message }
  }
}
