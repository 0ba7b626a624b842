// A worker on the node host: runs one of several programs and posts what it saw.
import { workerData } from 'node:worker_threads'
import { nodeHost } from '../../../src/hosts/node.ts'
import { EventLoop } from '../../../src/loop.ts'
import { post, runSuite, throwInTick } from './worker-programs.ts'

export type NodeHostDuty = 'suite' | 'ref' | 'unref' | 'wake' | 'throw' | 'timers'

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
  suite: () => runSuite(nodeHost, (word) => Atomics.notify(word, 0)),
  ref: () => startIdle(true),
  unref: () => startIdle(false),
  wake: waitForWake,
  throw: () => throwInTick(),
  timers: runTimers,
}
await programs[workerData as NodeHostDuty]()
