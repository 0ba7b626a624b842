// What every readiness backend must do, as cases that any test runner can run.
import { LoopError } from '../errors.ts'
import { EventLoop } from '../loop.ts'
import type { ReadinessBackend } from '../readiness/backend.ts'
import type { FdReadiness } from '../readiness/fd-watch.ts'

/** One end of a connected pair that a backend is asked to watch. */
export interface TestDescriptor {
  readonly fd: number
  /** Makes bytes arrive. */
  makeReadable(): void
  /** Reads everything that has arrived. */
  drain(): void
  /** The other end goes away. */
  hangUp(): void
}

/** What an implementation brings. */
export interface ReadinessFixture {
  /** A backend of its own for each call. */
  backend(): ReadinessBackend
  /** A descriptor that nothing is to be read from, and that can be written. */
  open(): TestDescriptor
  /** Closes what {@link open} made. */
  close(): void
  /** Lets the system look, where that does not happen by itself. */
  poll?(): void
}

export interface ConformanceCase {
  readonly name: string
  run(): Promise<void>
}

/** How long a case waits for something to happen: it ends no sooner on a machine that is busy with other things. */
const PATIENCE_MS = 20_000
/** Turns of the host in which nothing must happen. */
const SILENCE = 20

/**
 * @param open - makes a fresh fixture for each case.
 * @returns the cases; run each by itself, for example `for (const { name, run } of readinessSuite(open)) test(name, run)`.
 */
export function readinessSuite(open: () => ReadinessFixture): readonly ConformanceCase[] {
  return CASES.map(([name, body]) => ({
    name,
    run: async () => {
      const fixture = open()
      const loop = new EventLoop({ readiness: fixture.backend() })
      const run = loop.run()
      try {
        await body(new Bench(loop, fixture))
      } finally {
        await loop.close()
        await run
        fixture.close()
      }
    },
  }))
}

/** The loop and descriptors of one case, and ways to wait. */
class Bench {
  readonly loop: EventLoop
  readonly fixture: ReadinessFixture

  constructor(loop: EventLoop, fixture: ReadinessFixture) {
    this.loop = loop
    this.fixture = fixture
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const startedAtMs = performance.now()
    while (!condition()) {
      if (performance.now() - startedAtMs > PATIENCE_MS) throw new Error(`waited in vain: ${what}`)
      await this.hostTurn()
    }
  }

  /** Waits for an event that the loop tells by itself, without looking for it. `listen` gets what to call then. */
  async happens(what: string, listen: (resolve: () => void) => void): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), PATIENCE_MS)
    })
    try {
      await Promise.race([new Promise<void>(listen), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async silence(): Promise<void> {
    for (let waited = 0; waited < SILENCE; waited++) await this.hostTurn()
  }

  async hostTurn(): Promise<void> {
    this.fixture.poll?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('expected a rejection')
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof LoopError && error.code === code
}

const CASES: readonly (readonly [string, (bench: Bench) => Promise<void>])[] = [
  [
    'R-1 readiness is told as long as it lasts, and not after',
    async (bench) => {
      const descriptor = bench.fixture.open()
      let calls = 0
      await bench.loop.registerFd(descriptor.fd, { read: true }, () => calls++)
      await bench.silence()
      check(calls === 0, 'told before anything arrived')
      descriptor.makeReadable()
      await bench.until('three calls for unread data', () => calls >= 3)
      descriptor.drain()
      await bench.silence()
      const before = calls
      await bench.silence()
      check(calls === before, 'told though everything was read')
    },
  ],
  [
    'R-1 reading and writing are combined in one event',
    async (bench) => {
      const descriptor = bench.fixture.open()
      descriptor.makeReadable()
      const events: FdReadiness[] = []
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true, write: true }, (event) => events.push(event))
      await bench.until('an event', () => events.length > 0)
      check(
        events.some((event) => event.readable && event.writable && !event.hangup && !event.timedOut && event.error === undefined),
        'not combined',
      )
      await watch.unregister()
    },
  ],
  [
    'R-1 a hangup is told once, even to a watch for writing alone',
    async (bench) => {
      const descriptor = bench.fixture.open()
      let hangups = 0
      await bench.loop.registerFd(descriptor.fd, { write: true }, ({ hangup }) => {
        if (hangup) hangups++
      })
      descriptor.hangUp()
      await bench.until('the hangup', () => hangups > 0)
      await bench.silence()
      check(hangups === 1, `told ${hangups} times`)
    },
  ],
  [
    'R-3 each callback has its own checkpoint, and runs in a turn',
    async (bench) => {
      const order: string[] = []
      const turns = new Set<number>()
      for (const name of ['a', 'b']) {
        const descriptor = bench.fixture.open()
        descriptor.makeReadable()
        await bench.loop.registerFd(descriptor.fd, { read: true }, () => {
          descriptor.drain()
          order.push(name)
          turns.add(bench.loop.turnCount)
          void Promise.resolve().then(() => order.push(`job of ${name}`))
          process.nextTick(() => order.push(`tick of ${name}`))
        })
      }
      await bench.until('both', () => order.length === 6)
      for (const name of ['a', 'b']) {
        const at = order.indexOf(name)
        check(
          order[at + 1] === `tick of ${name}` && order[at + 2] === `job of ${name}`,
          `no checkpoint between: ${order.join(', ')}`,
        )
      }
      check(!turns.has(0), 'ran outside of a turn')
    },
  ],
  [
    'R-5 the same descriptor twice is ERR_FD_EXISTS, and the first registration goes on',
    async (bench) => {
      const descriptor = bench.fixture.open()
      let calls = 0
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, () => calls++)
      check(
        hasCode(await rejection(bench.loop.registerFd(descriptor.fd, { write: true }, () => {})), 'ERR_FD_EXISTS'),
        'accepted twice',
      )
      descriptor.makeReadable()
      await bench.until('the first one', () => calls > 0)
      await watch.unregister()
      const again = await bench.loop.registerFd(descriptor.fd, { read: true }, () => {})
      check(await again.unregister(), 'a number that was given back is free')
    },
  ],
  [
    'R-7 unregister drops what was not delivered, is idempotent, and resolves',
    async (bench) => {
      const descriptor = bench.fixture.open()
      let calls = 0
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, () => {
        calls++
        void watch.unregister()
      })
      descriptor.makeReadable()
      await bench.until('the only call', () => calls === 1)
      await bench.silence()
      check(calls === 1, 'called after unregister')
      check(!(await watch.unregister()), 'the second unregister is false')
      check(!(await watch.unregister()), 'the third unregister is false')
    },
  ],
  [
    'modify changes what is watched for, and throws ERR_FD_NOT_REGISTERED after the end',
    async (bench) => {
      const descriptor = bench.fixture.open()
      const events: FdReadiness[] = []
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, (event) => events.push(event))
      await bench.silence()
      check(events.length === 0, 'told before')
      watch.modify({ write: true })
      await bench.until('writable', () => events.some((event) => event.writable))
      watch.modify({ read: true })
      events.length = 0
      await bench.silence()
      check(events.length === 0, 'told of writing after it was given up')
      await watch.unregister()
      let failure: unknown
      try {
        watch.modify({ read: true })
      } catch (error) {
        failure = error
      }
      check(hasCode(failure, 'ERR_FD_NOT_REGISTERED'), 'modify after the end')
    },
  ],
  [
    'R-8 idleTimeoutMs tells silence, again and again, and each event puts it off',
    async (bench) => {
      const descriptor = bench.fixture.open()
      const idleTimeoutMs = 5
      let idle = 0
      let events = 0
      let eventAtMs = Number.NaN
      let early = 0
      let told: () => void = () => {}
      const onReady = ({ timedOut, readable }: FdReadiness): void => {
        const nowMs = bench.loop.nowMs()
        if (timedOut) {
          idle++
          if (nowMs - eventAtMs < idleTimeoutMs) early++
        }
        if (readable) {
          events++
          eventAtMs = nowMs
          descriptor.drain()
        }
        told()
      }
      const happens = (what: string, condition: () => boolean): Promise<void> =>
        bench.happens(what, (resolve) => {
          told = () => condition() && resolve()
          told()
        })
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, onReady, { idleTimeoutMs })
      await happens('two silences', () => idle >= 2)
      descriptor.makeReadable()
      bench.fixture.poll?.()
      await happens('the event', () => events > 0)
      const silences = idle
      await happens('a silence after the event', () => idle > silences)
      check(early === 0, 'a silence was told before its time after an event')
      await watch.unregister()
      const before = idle
      await bench.silence()
      check(idle === before, 'told after unregister')
    },
  ],
  [
    'R-9 an abort unregisters, and leaves no listener',
    async (bench) => {
      const descriptor = bench.fixture.open()
      let calls = 0
      const controller = new AbortController()
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, () => calls++, { signal: controller.signal })
      controller.abort()
      descriptor.makeReadable()
      await bench.silence()
      check(calls === 0, 'called after the abort')
      check(!(await watch.unregister()), 'still registered')
      const reason = new Error('reason')
      check(
        (await rejection(
          bench.loop.registerFd(descriptor.fd, { read: true }, () => {}, { signal: AbortSignal.abort(reason) }),
        )) === reason,
        'the reason itself',
      )
    },
  ],
  [
    'R-8 waitFd resolves once, and rejects with ERR_FD_TIMEOUT or the reason of the signal',
    async (bench) => {
      const descriptor = bench.fixture.open()
      const { loop } = bench
      check(
        hasCode(await rejection(loop.waitFd(descriptor.fd, { read: true }, { timeoutMs: 5 })), 'ERR_FD_TIMEOUT'),
        'no timeout',
      )
      const controller = new AbortController()
      const aborted = rejection(loop.waitFd(descriptor.fd, { read: true }, { signal: controller.signal }))
      await bench.silence()
      controller.abort('stop')
      check((await aborted) === 'stop', 'not the reason')
      const ready = loop.waitFd(descriptor.fd, { read: true })
      await bench.silence()
      descriptor.makeReadable()
      let event: FdReadiness | undefined
      void ready.then((value) => (event = value))
      await bench.until('the event', () => event !== undefined)
      check(event?.readable === true, 'not readable')
      await bench.silence()
      check(loop.snapshot().descriptors === 0, 'still registered')
    },
  ],
  [
    'F-1 a registered descriptor takes the loop off the fast path, and its end puts it back',
    async (bench) => {
      const descriptor = bench.fixture.open()
      const before = bench.loop.snapshot().fastPathTransitions
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, () => {})
      check(bench.loop.snapshot().fastPathTransitions === before + 1, 'no change at registration')
      await watch.unregister()
      check(bench.loop.snapshot().fastPathTransitions === before + 2, 'no change at the end')
    },
  ],
  [
    'a registration keeps the loop alive unless it is unref’d',
    async (bench) => {
      const descriptor = bench.fixture.open()
      const watch = await bench.loop.registerFd(descriptor.fd, { read: true }, () => {})
      check(bench.loop.alive, 'not alive')
      watch.unref()
      await bench.silence()
      check(!bench.loop.alive, 'alive though unref’d')
      watch.ref()
      check(bench.loop.alive, 'not alive after ref')
      await watch.unregister()
      check(!bench.loop.alive, 'alive after the end')
    },
  ],
  [
    'the end of the loop ends every registration, and rejects who waits',
    async (bench) => {
      const descriptor = bench.fixture.open()
      const waiting = rejection(bench.loop.waitFd(descriptor.fd, { read: true }))
      const other = bench.fixture.open()
      const watch = await bench.loop.registerFd(other.fd, { read: true }, () => {})
      const exit = await bench.loop.shutdown()
      check(exit.discarded['descriptors'] === 2, `counted ${exit.discarded['descriptors']}`)
      check(hasCode(await waiting, 'ERR_LOOP_TERMINATED'), 'a wait was left hanging')
      check(!(await watch.unregister()), 'still registered')
      check(
        hasCode(await rejection(bench.loop.registerFd(other.fd, { read: true }, () => {})), 'ERR_LOOP_TERMINATED'),
        'accepted after the end',
      )
    },
  ],
]
