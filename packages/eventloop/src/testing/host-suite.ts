// What every host must do, as cases that any test runner can run.
import type { Host, HostEntry } from '../host.ts'

/** What an implementation brings to a case; made anew for each. */
export interface HostFixture {
  readonly host: Host
  /** Lets time pass until the host's clock has reached `instantMs`. Real hosts wait; a virtual one is advanced. */
  passUntil(instantMs: number): Promise<void>
  /** Wakes the host as another thread would; absent if nothing outside can wake it. */
  wake?(): void
}

export interface HostCase {
  readonly name: string
  run(): Promise<void>
}

/**
 * @param open - makes a fresh, unstarted host for each case.
 * @returns the cases; run each by itself, for example `for (const { name, run } of hostSuite(open)) test(name, run)`.
 */
export function hostSuite(open: () => HostFixture): readonly HostCase[] {
  return CASES.map(([name, body]) => ({
    name,
    async run() {
      const fixture = open()
      const visitor = new Visitor(fixture)
      try {
        await body(visitor)
      } finally {
        fixture.host.stop()
      }
    },
  }))
}

/** Stands where the loop stands: counts visits, and runs what a case asks for inside of one. */
class Visitor implements HostEntry {
  readonly host: Host
  readonly fixture: HostFixture
  readonly turnCount = 0
  visits: number[] = []
  onVisit: () => void = () => {}

  constructor(fixture: HostFixture) {
    this.fixture = fixture
    this.host = fixture.host
    this.host.start(this)
    this.host.setRef(true)
  }

  enter(): void {
    this.visits.push(this.host.nowMs())
    this.onVisit()
  }

  describeNext(): string {
    return 'nothing'
  }

  pass(ms: number): Promise<void> {
    return this.fixture.passUntil(this.host.nowMs() + ms)
  }

  /** Lets time pass until so many visits have come: a machine may stop for longer than any wait that was chosen. */
  async visited(count: number): Promise<void> {
    for (let wait = 0; wait < MAX_WAITS && this.visits.length < count; wait++) await this.pass(5)
  }
}

/** Ten seconds at least. */
const MAX_WAITS = 2000

type Case = readonly [name: string, body: (visitor: Visitor) => Promise<void>]

function hostCase(name: string, body: (visitor: Visitor) => Promise<void>): Case {
  return [name, body]
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

const CASES: readonly Case[] = [
  hostCase('H-1 nowMs never goes back', async ({ host, fixture }) => {
    let last = host.nowMs()
    for (let round = 0; round < 50; round++) {
      const now = host.nowMs()
      check(now >= last, `${now} came after ${last}`)
      last = now
      if (round % 10 === 0) await fixture.passUntil(now + 1)
    }
  }),
  hostCase('H-2 enter runs on an empty stack: never inside request, a promise job or a next-tick', async (visitor) => {
    let inside = false
    let nested = 0
    visitor.onVisit = () => {
      if (inside) nested++
    }
    const request = (): void => {
      inside = true
      visitor.host.request()
      inside = false
    }
    request()
    await Promise.resolve().then(request)
    if (typeof process === 'object') await new Promise<void>((resolve) => process.nextTick(() => resolve(request())))
    await visitor.visited(1)
    check(nested === 0, 'enter was called inside request')
    check(visitor.visits.length > 0, 'no visit came')
  }),
  hostCase('H-3 requests before a visit coalesce', async (visitor) => {
    for (let i = 0; i < 10; i++) visitor.host.request()
    await visitor.visited(1)
    await visitor.pass(5)
    check(visitor.visits.length === 1, `${visitor.visits.length} visits for requests made at once`)
    visitor.host.request()
    await visitor.visited(2)
    await visitor.pass(5)
    check(visitor.visits.length === 2, 'the request after a visit was lost')
  }),
  hostCase('H-4 a deadline visit is never early by the host’s own clock', async (visitor) => {
    for (let round = 0; round < 12; round++) {
      const deadlineMs = visitor.host.nowMs() + 1 + round * 0.37
      visitor.visits = []
      visitor.host.requestAt(deadlineMs)
      await visitor.fixture.passUntil(deadlineMs + 1)
      await visitor.visited(1)
      check(visitor.visits.length >= 1, 'no visit came at the deadline')
      check((visitor.visits[0] ?? 0) >= deadlineMs, `visited ${deadlineMs - (visitor.visits[0] ?? 0)} ms early`)
    }
  }),
  hostCase('H-4 a new deadline replaces the earlier one, and Infinity disarms', async (visitor) => {
    const far = 600_000 // no machine stops for so long
    visitor.host.requestAt(visitor.host.nowMs() + 2)
    visitor.host.requestAt(visitor.host.nowMs() + far)
    await visitor.pass(6)
    check(visitor.visits.length === 0, 'the replaced deadline was kept')
    visitor.host.requestAt(visitor.host.nowMs() + 2)
    visitor.host.requestAt(Number.POSITIVE_INFINITY)
    await visitor.pass(10)
    check(visitor.visits.length === 0, 'Infinity did not disarm')
    visitor.host.requestAt(visitor.host.nowMs() + far)
    visitor.host.requestAt(visitor.host.nowMs() + 2)
    await visitor.visited(1)
    check(visitor.visits.length === 1, 'an earlier deadline did not replace a later one')
  }),
  hostCase('H-5 a deadline beyond 2^31-1 ms gives no visit now', async (visitor) => {
    visitor.host.requestAt(visitor.host.nowMs() + 2 ** 31 + 5000)
    await visitor.pass(8)
    check(visitor.visits.length === 0, 'a far deadline gave a visit at once')
  }),
  hostCase('H-7 a wake gives a visit, and several before it give one', async (visitor) => {
    const { wake } = visitor.fixture
    if (wake === undefined) return
    await visitor.pass(2)
    visitor.visits = []
    wake.call(visitor.fixture)
    wake.call(visitor.fixture)
    await visitor.visited(1)
    await visitor.pass(20)
    check(visitor.visits.length === 1, `${visitor.visits.length} visits for two wakes`)
  }),
  hostCase('H-8 the checkpoint empties next-ticks and promise jobs, or says that it cannot', async (visitor) => {
    const seen: string[] = []
    visitor.onVisit = () => {
      if (visitor.host.checkpoint.means !== 'tick') return
      process.nextTick(() => seen.push('tick'))
      void Promise.resolve().then(() => {
        seen.push('job')
        void Promise.resolve().then(() => seen.push('nested'))
      })
      visitor.host.checkpoint.run()
      seen.push('after')
    }
    visitor.host.request()
    await visitor.visited(1)
    const { means } = visitor.host.checkpoint
    check(means === 'tick' || means === 'step' || means === 'none', `unknown means ${String(means)}`)
    if (means === 'tick') check(seen.join() === 'tick,job,nested,after', `the order was ${seen.join()}`)
  }),
  hostCase('H-9 stop is idempotent, and nothing is visited after it', async (visitor) => {
    visitor.host.request()
    visitor.host.requestAt(visitor.host.nowMs() + 1)
    visitor.host.stop()
    visitor.host.stop()
    visitor.host.request()
    visitor.host.requestAt(visitor.host.nowMs() + 1)
    await visitor.pass(5)
    check(visitor.visits.length === 0, 'a stopped host visited')
  }),
]
