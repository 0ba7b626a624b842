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

export class RunBook {
  readonly #entries = new Map<string, Entry>()
  readonly #outcomes = new Map<string, number>()
  readonly #kept: number

  constructor(kept: number) {
    this.#kept = kept
  }

  open(record: Omit<RunRecord, 'outcome' | 'elapsedMs'>): void {
    this.#entries.set(record.id, {
      record: { ...record, outcome: 'running', elapsedMs: undefined },
      lines: [],
      followers: new Set(),
    })
    for (const [id, { record: old }] of this.#entries) {
      if (this.#entries.size <= this.#kept) break
      if (old.outcome !== 'running') this.#entries.delete(id)
    }
  }
  line(id: string, text: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.lines.length >= MAX_LINES) return
    entry.lines.push(text)
    for (const follower of entry.followers) follower.line(text)
  }
  close(id: string, outcome: string, elapsedMs: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.record = { ...entry.record, outcome, elapsedMs }
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    for (const follower of entry.followers) follower.end(outcome)
    entry.followers.clear()
  }

  /** A run of this tenant; another's does not exist for it. */
  get(tenant: string, id: string): RunRecord | undefined {
    const record = this.#entries.get(id)?.record
    return record?.tenant === tenant ? record : undefined
  }
  /** Gives what was said so far, then what comes, then the end. Returns a function that stops it. */
  follow(id: string, follower: Follower): () => void {
    const entry = this.#entries.get(id)
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
