// Time spent in callbacks, added up per label.
import type { LoopClock } from './clock.ts'

/** Labels that get an account of their own; all further ones share `other`. */
const MAX_LABELS = 1024
const OTHER = 'other'

export type CpuMode = 'busy' | 'thread'

interface ThreadCpuUsage {
  threadCpuUsage?(): { readonly user: number; readonly system: number }
}

/** Adds up milliseconds per label: of the clock (`busy`), or of the thread's processor time (`thread`). */
export class CpuAccounts {
  readonly #read: () => number
  readonly #accounts: Map<string, number> = new Map()

  /** @throws RangeError for `'thread'` where the platform has no `process.threadCpuUsage`. */
  constructor(mode: CpuMode, clock: LoopClock) {
    this.#read = mode === 'busy' ? () => clock.read() : threadReader()
  }

  start(): number {
    return this.#read()
  }

  /** Books the time since `start` under `label`; callbacks without one are not booked. */
  stop(start: number, label: string | undefined): void {
    if (label === undefined) return
    const elapsedMs = this.#read() - start
    const account = this.#accounts.has(label) || this.#accounts.size < MAX_LABELS ? label : OTHER
    this.#accounts.set(account, (this.#accounts.get(account) ?? 0) + elapsedMs)
  }

  /** Milliseconds by label. */
  totals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#accounts)
  }
}

function threadReader(): () => number {
  const source = globalThis.process as (NodeJS.Process & ThreadCpuUsage) | undefined
  const usage = source?.threadCpuUsage
  if (source === undefined || usage === undefined) {
    throw new RangeError(
      `cpu: 'thread' needs process.threadCpuUsage, which this platform (Node ${globalThis.process?.version}) lacks; use 'busy'`,
    )
  }
  return () => {
    const { user, system } = usage.call(source)
    return (user + system) / 1000
  }
}
