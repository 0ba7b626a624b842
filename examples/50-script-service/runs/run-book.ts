// What ran and what it said: the last runs with their lines, and who follows them.
export interface RunRecord {
  readonly id: string
  readonly tenant: string
  readonly script: string
  readonly version: number
  readonly startedAt: number
  readonly outcome: string
  readonly elapsedMs: number | undefined
}

interface Entry {
  record: RunRecord
  readonly lines: string[]
  readonly followers: Set<Follower>
}

export interface Follower {
  line(text: string): void
  end(outcome: string): void
}

const MAX_LINES = 1000

/** Names a run among those of all tenants: the id alone is the requester's choice, and another tenant may choose the same. */
export function runKey(tenant: string, id: string): string {
  return `${encodeURIComponent(tenant)}/${id}`
}

/** Methods but `open` and `get` take the `runKey`. */
export class RunBook {
  readonly #entries = new Map<string, Entry>()
  readonly #outcomes = new Map<string, number>()
  readonly #kept: number

  constructor(kept: number) {
    this.#kept = kept
  }

  open(record: Omit<RunRecord, 'outcome' | 'elapsedMs'>): void {
    this.#entries.set(runKey(record.tenant, record.id), {
      record: { ...record, outcome: 'running', elapsedMs: undefined },
      lines: [],
      followers: new Set(),
    })
    for (const [key, { record: old }] of this.#entries) {
      if (this.#entries.size <= this.#kept) break
      if (old.outcome !== 'running') this.#entries.delete(key)
    }
  }
  line(key: string, text: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.lines.length >= MAX_LINES) return
    entry.lines.push(text)
    for (const follower of entry.followers) follower.line(text)
  }
  close(key: string, outcome: string, elapsedMs: number): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.record = { ...entry.record, outcome, elapsedMs }
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    for (const follower of entry.followers) follower.end(outcome)
    entry.followers.clear()
  }

  /** A run of this tenant; another's does not exist for it. */
  get(tenant: string, id: string): RunRecord | undefined {
    return this.#entries.get(runKey(tenant, id))?.record
  }
  /** Gives what was said so far, then what comes, then the end. Returns a function that stops it. */
  follow(key: string, follower: Follower): () => void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return () => {}
    for (const line of entry.lines) follower.line(line)
    if (entry.record.outcome === 'running') entry.followers.add(follower)
    else follower.end(entry.record.outcome)
    return () => void entry.followers.delete(follower)
  }
  /** The last runs, newest first. */
  latest(count: number): readonly RunRecord[] {
    return Array.from(this.#entries.values(), ({ record }) => record)
      .toReversed()
      .slice(0, count)
  }
  /** How many runs ended in which way. */
  outcomes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#outcomes)
  }
}
