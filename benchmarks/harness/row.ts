// Turns the rounds of a workload into report rows: ratio, spread, and whether the target is met.
import type { NodeLine } from '../../tooling/node-matrix/matrix.ts'
import type { Figure, Target } from './workload.ts'

export interface Row {
  readonly workload: string
  readonly subject: string
  readonly peer: string | null
  /** The number the target speaks of: a ratio, or the subject's own figure in `unit` when there is no peer. */
  readonly ratio: number
  /** Least and greatest of the rounds. */
  readonly spread: readonly [number, number]
  /** Which way `ratio` is better. */
  readonly better: 'more' | 'less'
  readonly target: string | null
  /** `null` where there is no target, or with `--smoke`. */
  readonly met: boolean | null
  readonly node: string
  readonly rounds: number
  readonly unit: string
  /** Median figure of the subject, and of the peer, in `unit`. */
  readonly subjectMedian: number
  readonly peerMedian: number | null
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new RangeError('median of no values')
  return (upper + lower) / 2
}

/** The bar for one Node line; `undefined` where none is stated. */
export function targetFor(target: Target | undefined, line: NodeLine): string | undefined {
  return typeof target === 'object' ? target[line] : target
}

/** @throws TypeError for a target that is not `>= N` or `<= N`, with an optional unit behind the number. */
export function meets(ratio: number, target: string): boolean {
  const match = /^(>=|<=|<) (\d+(?:\.\d+)?)(?: .*)?$/.exec(target)
  if (match === null) throw new TypeError(`target "${target}" is not of the form ">= 6" or "<= 0.2 ms"`)
  const bar = Number(match[2])
  if (match[1] === '>=') return ratio >= bar
  return match[1] === '<=' ? ratio <= bar : ratio < bar
}

function ratioOf({ ratio = 'speedup' }: Figure, subject: number, peer: number): number {
  switch (ratio) {
    case 'speedup':
      return peer / subject
    case 'cost':
      return subject / peer
    case 'added':
      return subject - peer
    default:
      throw new TypeError(`unknown ratio: ${ratio satisfies never}`)
  }
}

export interface RowContext {
  readonly workload: string
  readonly unit: string
  readonly node: string
  readonly line: NodeLine
  readonly smoke: boolean
}

export function rowOf(figure: Figure, values: ReadonlyMap<string, readonly number[]>, context: RowContext): Row {
  const own = values.get(figure.subject) ?? []
  const other = figure.peer === undefined ? undefined : (values.get(figure.peer) ?? [])
  // Pair by pair within a round, then the median: a drift of the machine between rounds cancels out.
  const ratios = other === undefined ? own : own.map((value, round) => ratioOf(figure, value, other[round] ?? Number.NaN))
  const ratio = median(ratios)
  const target = context.smoke ? undefined : targetFor(figure.target, context.line)
  return {
    workload: context.workload,
    subject: figure.subject,
    peer: figure.peer ?? null,
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    better: figure.peer !== undefined && (figure.ratio ?? 'speedup') === 'speedup' ? 'more' : 'less',
    target: target ?? null,
    met: target === undefined ? null : meets(ratio, target),
    node: context.node,
    rounds: ratios.length,
    unit: context.unit,
    subjectMedian: median(own),
    peerMedian: other === undefined ? null : median(other),
  }
}
