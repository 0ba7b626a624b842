// What a workload file declares: subjects that each return one figure, and the ratios between them that must hold.

import type { NodeLine } from '../../tooling/node-matrix/matrix.ts'

/** A bar such as `>= 6`, `<= 0.75` or `<= 0.2 ms`, for all Node lines or for each. */
export type Target = string | Readonly<Partial<Record<NodeLine, string>>>

/**
 * One way of doing the work. Runs once in a fresh process, warms itself up, asserts its own result (so that it cannot
 * measure an error), and returns one figure in the workload's unit. Lower is better.
 */
export type Subject = () => number | Promise<number>

/** One row of the report. */
export interface Figure {
  readonly subject: string
  /** The subject it is held against; absent: the subject's own figure is the row's number. */
  readonly peer?: string | undefined
  /** `speedup` (default) is peer / subject, more is better; `cost` is subject / peer, less is better; `added` is subject - peer. */
  readonly ratio?: 'speedup' | 'cost' | 'added' | undefined
  /** Absent: reported without a bar. */
  readonly target?: Target | undefined
}

export interface Workload {
  readonly unit: 'ns' | 'us' | 'ms' | 'bytes' | 'MiB' | 'count'
  readonly subjects: Readonly<Record<string, Subject>>
  readonly figures: readonly Figure[]
  /** Flags for the measured process, such as `--expose-gc`. */
  readonly execArgv?: readonly string[] | undefined
  /** Why this workload cannot run here (a peer or a server is absent); `undefined` when it can. */
  readonly notRun?: NotRun | undefined
  /** The same for single subjects: the figures that name one are left out, all others are measured. */
  readonly subjectsNotRun?: Readonly<Record<string, NotRun>> | undefined
}

type NotRun = () => string | undefined | Promise<string | undefined>

/** `count`, or far fewer with `--smoke`, which asks only whether a workload of minutes still runs. */
export function countOf(count: number, smokeCount: number): number {
  return process.env['LOOPWRIGHT_BENCH_SMOKE'] === '1' ? smokeCount : count
}

/** Declares a workload: `export const workload = defineWorkload({ … })`, one a file; the file's path is its name. */
export function defineWorkload(workload: Workload): Workload {
  const isDeclared = (name: string): boolean => Object.hasOwn(workload.subjects, name)
  for (const figure of workload.figures)
    for (const name of subjectsOf(figure))
      if (!isDeclared(name)) throw new TypeError(`a figure names the subject "${name}", which is not declared`)
  for (const name of Object.keys(workload.subjectsNotRun ?? {}))
    if (!isDeclared(name)) throw new TypeError(`"${name}", which may be absent, is not declared`)
  return workload
}

/** The one or two subjects that a figure is made of. */
export function subjectsOf({ subject, peer }: Pick<Figure, 'subject' | 'peer'>): readonly string[] {
  return peer === undefined ? [subject] : [subject, peer]
}

/**
 * Nanoseconds from an arbitrary origin: of the wall, or with `LOOPWRIGHT_BENCH_CPU=1` of the process's own processor time, its collector
 * and compiler threads included. On a machine that others load, only the second tells two pieces of code apart.
 */
function instantNs(): number {
  if (process.env['LOOPWRIGHT_BENCH_CPU'] !== '1') return Number(process.hrtime.bigint())
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

/**
 * Runs `work(count)` `warmups` times untimed, then `rounds` times, and returns the median time of one operation.
 * @param count - operations that one call of `work` performs.
 * @returns nanoseconds an operation.
 */
export async function medianNs(
  count: number,
  work: (count: number) => void | Promise<void>,
  { warmups = 2, rounds = 5 }: { readonly warmups?: number | undefined; readonly rounds?: number | undefined } = {},
): Promise<number> {
  const times: number[] = []
  for (let round = -warmups; round < rounds; round++) {
    const startedAtNs = instantNs()
    await work(count)
    const elapsedNs = instantNs() - startedAtNs
    if (round >= 0) times.push(elapsedNs / count)
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
