// The limits of a sandbox: options, defaults, and the one place where they are checked.

/** Every bound of one sandbox. `false` or `Infinity` turns a limit off where that is allowed. */
export interface SandboxLimits {
  /** Milliseconds that one entry and the jobs it queues may take. 1 to 2^31-1, `Infinity`: off. Default 100. Soft. */
  readonly operationMs?: number | undefined
  /**
   * Milliseconds after which V8 terminates an entry that no poll can stop. At least `operationMs + syncHostBudgetMs`;
   * `false`: off (trusted code only, or a guest in a worker of its own; all that browsers accept). Default 250. The sandbox is condemned when it fires.
   */
  readonly hardMs?: number | false | undefined
  /** Milliseconds that one synchronous host function may take. 0 to 60 000. Default 20. Longer calls are counted and logged. */
  readonly syncHostBudgetMs?: number | undefined
  /** Milliseconds from `run` or `call` to its settled result, awaits included. 1 to 2^31-1, `Infinity`: off. Default 30 000. */
  readonly wallMs?: number | undefined
  /** Milliseconds that the guest may use in sum, host functions excluded. 1 to 2^53-1, `Infinity`: off. Default off. */
  readonly cpuMs?: number | undefined
  /** Soft interrupts within `windowMs` after which the sandbox is condemned. Count 1 to 2^31-1 or `Infinity`. Default 3 in 60 000 ms. */
  readonly maxInterrupts?: number | { readonly count: number; readonly windowMs: number } | undefined
  /** Bytes that the engine may allocate. 1 MiB to 2 GiB. Default 64 MiB. */
  readonly memoryBytes?: number | undefined
  /** Bytes that the WebAssembly memory may reach. 16 MiB to 2 GiB. Default `memoryBytes` + 8 MiB. */
  readonly memoryMaxBytes?: number | undefined
  /**
   * Bytes of guest stack. Inline 16 KiB to 32 KiB (above it V8's own stack may end first), default 32 KiB. In a thread of its own up to
   * 32 KiB a MiB of `stackSizeMb`, default 512 KiB.
   */
  readonly stackBytes?: number | undefined
  /** Live timeouts, intervals and immediates. 1 to 2^31-1. Default 1000. */
  readonly maxTimers?: number | undefined
  /** Jobs and ticks that one entry may cause. 1 to 2^31-1. Default 100 000. */
  readonly maxJobsPerDrain?: number | undefined
  /** Host calls that have not settled. 1 to 2^31-1. Default 256. */
  readonly maxPendingCalls?: number | undefined
  /** Host calls of one operation. 1 to 2^31-1. Default 10 000. */
  readonly maxHostCallsPerOperation?: number | undefined
  /** Rates by function name, `'*'` for each function that is not named. Default none. */
  readonly hostCallRates?: Readonly<Record<string, readonly { readonly windowMs: number; readonly count: number }[]>> | undefined
  /** Encoded bytes of the arguments of one host call. 64 to 2^31-1. Default 1 MiB. */
  readonly maxArgumentBytes?: number | undefined
  /** Bytes of console output within 60 s. 0 to 2^31-1. Default 1 MiB. The rest is dropped and counted. */
  readonly maxConsoleBytes?: number | undefined
  /** Bytes of UTF-8 of one source. 1 to 2^30. Default 4 MiB. */
  readonly maxSourceBytes?: number | undefined
  /** Encoded bytes of one exported result. 64 to 2^30. Default 16 MiB. */
  readonly maxResultBytes?: number | undefined
  /** Nodes (objects, arrays, maps, sets, buffers) of one exported result. 1 to 2^31-1. Default 1 000 000. */
  readonly maxResultNodes?: number | undefined
  /**
   * Nesting of guest, host and guest again, the outermost entry being the first: `set` and `get` out of a `sync` or `raw` function
   * can run accessors of the guest. 1 to 64. Default 16. Beyond it they throw `ERR_LIMIT_DEPTH`, in the guest a `RangeError`.
   */
  readonly maxEntryDepth?: number | undefined
}

export interface ResolvedLimits {
  readonly operationMs: number
  /** `Infinity` when off. */
  readonly hardMs: number
  readonly syncHostBudgetMs: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly maxInterrupts: { readonly count: number; readonly windowMs: number }
  readonly memoryBytes: number
  readonly memoryMaxBytes: number
  readonly stackBytes: number
  readonly maxTimers: number
  readonly maxJobsPerDrain: number
  readonly maxPendingCalls: number
  readonly maxHostCallsPerOperation: number
  readonly hostCallRates: Readonly<Record<string, readonly { readonly windowMs: number; readonly count: number }[]>>
  readonly maxArgumentBytes: number
  readonly maxConsoleBytes: number
  readonly maxSourceBytes: number
  readonly maxResultBytes: number
  readonly maxResultNodes: number
  readonly maxEntryDepth: number
}

const KIB = 1024
const MIB = 1024 * 1024
const INT_MAX = 2 ** 31 - 1
const PAGE_BYTES = 64 * KIB
/** Above this a recursion may end V8's stack before the guest's. */
export const INLINE_STACK_BYTES: number = 32 * KIB

interface Range {
  readonly min: number
  readonly max: number
  readonly integer?: boolean
  readonly infinite?: boolean
}

function checked(member: string, value: unknown, { min, max, integer = true, infinite = false }: Range): number {
  if (typeof value !== 'number') throw new TypeError(`limits.${member} must be a number, got ${typeof value}`)
  if (infinite && value === Number.POSITIVE_INFINITY) return value
  if (!(value >= min && value <= max) || (integer && !Number.isInteger(value)))
    throw new RangeError(
      `limits.${member} must be ${integer ? 'an integer ' : ''}from ${min} to ${max}${infinite ? ' or Infinity' : ''}, got ${value}`,
    )
  return value
}

const duration: Range = { min: 1, max: INT_MAX, integer: false, infinite: true }
const count: Range = { min: 1, max: INT_MAX }

const KNOWN: ReadonlySet<string> = new Set<keyof SandboxLimits>([
  'operationMs',
  'hardMs',
  'syncHostBudgetMs',
  'wallMs',
  'cpuMs',
  'maxInterrupts',
  'memoryBytes',
  'memoryMaxBytes',
  'stackBytes',
  'maxTimers',
  'maxJobsPerDrain',
  'maxPendingCalls',
  'maxHostCallsPerOperation',
  'hostCallRates',
  'maxArgumentBytes',
  'maxConsoleBytes',
  'maxSourceBytes',
  'maxResultBytes',
  'maxResultNodes',
  'maxEntryDepth',
])

function resolveInterrupts(value: SandboxLimits['maxInterrupts']): ResolvedLimits['maxInterrupts'] {
  const { count: most, windowMs } = typeof value === 'object' ? value : { count: value ?? 3, windowMs: 60_000 }
  return {
    count: checked('maxInterrupts', most, { ...count, infinite: true }),
    windowMs: checked('maxInterrupts.windowMs', windowMs, { min: 1, max: INT_MAX, integer: false }),
  }
}

function resolveRates(value: SandboxLimits['hostCallRates']): ResolvedLimits['hostCallRates'] {
  for (const [name, windows] of Object.entries(value ?? {})) {
    for (const window of windows) {
      checked(`hostCallRates.${name}.windowMs`, window.windowMs, { min: 1, max: INT_MAX, integer: false })
      checked(`hostCallRates.${name}.count`, window.count, count)
    }
  }
  return value ?? {}
}

/** How much stack a guest may be given where it runs, and what it gets if nothing is said. */
export interface StackBounds {
  readonly most: number
  readonly usual: number
}
const INLINE_STACK: StackBounds = { most: INLINE_STACK_BYTES, usual: INLINE_STACK_BYTES }

/**
 * Checks limits and fills in the defaults of a `Sandbox`.
 * @throws RangeError or TypeError that names the member, its value and its range.
 */
export function resolveLimits(limits: SandboxLimits = {}, stack: StackBounds = INLINE_STACK): ResolvedLimits {
  for (const name of Object.keys(limits)) if (!KNOWN.has(name)) throw new TypeError(`limits.${name} is not a limit`)
  const operationMs = checked('operationMs', limits.operationMs ?? 100, duration)
  const syncHostBudgetMs = checked('syncHostBudgetMs', limits.syncHostBudgetMs ?? 20, { min: 0, max: 60_000, integer: false })
  const leastHardMs = operationMs + syncHostBudgetMs
  const hardMs =
    limits.hardMs === false
      ? Number.POSITIVE_INFINITY
      : checked('hardMs', limits.hardMs ?? Math.max(250, leastHardMs + 50), {
          min: 1,
          max: INT_MAX,
          integer: false,
          infinite: true,
        })
  if (hardMs < leastHardMs)
    throw new RangeError(
      `limits.hardMs must be at least operationMs + syncHostBudgetMs: ${hardMs} is less than ${operationMs} + ${syncHostBudgetMs} = ${leastHardMs}`,
    )
  const memoryBytes = checked('memoryBytes', limits.memoryBytes ?? 64 * MIB, { min: MIB, max: 2048 * MIB })
  const memoryMaxBytes = checked(
    'memoryMaxBytes',
    limits.memoryMaxBytes ??
      Math.min(2048 * MIB, Math.max(16 * MIB, Math.ceil((memoryBytes + 8 * MIB) / PAGE_BYTES) * PAGE_BYTES)),
    { min: 16 * MIB, max: 2048 * MIB },
  )
  if (memoryMaxBytes % PAGE_BYTES !== 0)
    throw new RangeError(`limits.memoryMaxBytes must be a multiple of 65536, got ${memoryMaxBytes}`)
  return {
    operationMs,
    hardMs,
    syncHostBudgetMs,
    wallMs: checked('wallMs', limits.wallMs ?? 30_000, duration),
    cpuMs: checked('cpuMs', limits.cpuMs ?? Number.POSITIVE_INFINITY, { ...duration, max: Number.MAX_SAFE_INTEGER }),
    maxInterrupts: resolveInterrupts(limits.maxInterrupts),
    memoryBytes,
    memoryMaxBytes,
    stackBytes: checked('stackBytes', limits.stackBytes ?? stack.usual, { min: 16 * KIB, max: stack.most }),
    maxTimers: checked('maxTimers', limits.maxTimers ?? 1000, count),
    maxJobsPerDrain: checked('maxJobsPerDrain', limits.maxJobsPerDrain ?? 100_000, count),
    maxPendingCalls: checked('maxPendingCalls', limits.maxPendingCalls ?? 256, count),
    maxHostCallsPerOperation: checked('maxHostCallsPerOperation', limits.maxHostCallsPerOperation ?? 10_000, count),
    hostCallRates: resolveRates(limits.hostCallRates),
    maxArgumentBytes: checked('maxArgumentBytes', limits.maxArgumentBytes ?? MIB, { min: 64, max: INT_MAX }),
    maxConsoleBytes: checked('maxConsoleBytes', limits.maxConsoleBytes ?? MIB, { min: 0, max: INT_MAX, infinite: true }),
    maxSourceBytes: checked('maxSourceBytes', limits.maxSourceBytes ?? 4 * MIB, { min: 1, max: 2 ** 30 }),
    maxResultBytes: checked('maxResultBytes', limits.maxResultBytes ?? 16 * MIB, { min: 64, max: 2 ** 30 }),
    maxResultNodes: checked('maxResultNodes', limits.maxResultNodes ?? 1_000_000, count),
    maxEntryDepth: checked('maxEntryDepth', limits.maxEntryDepth ?? 16, { min: 1, max: 64 }),
  }
}
