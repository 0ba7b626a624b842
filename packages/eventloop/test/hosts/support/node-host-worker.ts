// A worker on the node host: runs one of several programs and posts what it saw.
import { parentPort, workerData } from 'node:worker_threads'
import { nodeHost } from '../../../src/hosts/node.ts'
import { EventLoop } from '../../../src/loop.ts'
import { hostSuite } from '../../../src/testing/host-suite.ts'

export type NodeHostDuty = 'suite' | 'ref' | 'unref' | 'wake' | 'throw' | 'timers'

function post(value: unknown): void {
  parentPort?.postMessage(value)
}

async function runSuite(): Promise<void> {
  const cases = hostSuite(() => {
    const host = nodeHost()
    return {
      host,
      passUntil: (instantMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, instantMs - host.nowMs()) + 1)),
      wake: () => {
        if (host.wakeWord !== undefined) Atomics.notify(host.wakeWord, 0)
      },
    }
  })
  const results: [string, string][] = []
  for (const { name, run } of cases) {
    results.push([
      name,
      await run().then(
        () => 'passed',
        (error: unknown) => String(error),
      ),
    ])
  }
  post(results)
}

/** Starts a host that nothing visits. */
function startIdle(ref: boolean): void {
  const host = nodeHost()
  host.start({ enter() {}, turnCount: 0, describeNext: () => '' })
  host.setRef(ref)
  if (!ref) return
  setTimeout(() => {
    post('still here')
    host.stop()
  }, 60).unref()
}

/** Waits for another thread to notify the wake word, then posts how many visits that gave. */
function waitForWake(): void {
  const host = nodeHost()
  let visits = 0
  host.start({
    enter() {
      if (++visits === 1) setTimeout(() => host.stop(), 30)
    },
    turnCount: 0,
    describeNext: () => '',
  })
  host.setRef(true)
  process.on('exit', () => post(visits))
  setImmediate(() => post(host.wakeWord))
}

async function throwOnce(): Promise<void> {
  const seen: string[] = []
  process.on('uncaughtException', (error) => seen.push(`uncaught ${error.message}`))
  const loop = new EventLoop({ autoExit: true })
  loop.submit(() => {
    seen.push('one')
    process.nextTick(() => {
      throw new Error('tick')
    })
    process.nextTick(() => seen.push('rest of the checkpoint'))
  })
  loop.submit(() => seen.push('two'))
  await loop.run()
  post(seen)
}

async function runTimers(): Promise<void> {
  const loop = new EventLoop({ autoExit: true })
  const late: number[] = []
  for (let delayMs = 1; delayMs <= 40; delayMs += 3) {
    const dueAtMs = loop.nowMs() + delayMs
    loop.scheduleTimer(delayMs, () => late.push(loop.nowMs() - dueAtMs))
  }
  const { mode } = await loop.run()
  post({ mode, late })
}

const programs: Readonly<Record<NodeHostDuty, () => unknown>> = {
  suite: runSuite,
  ref: () => startIdle(true),
  unref: () => startIdle(false),
  wake: waitForWake,
  throw: throwOnce,
  timers: runTimers,
}
await programs[workerData as NodeHostDuty]()
