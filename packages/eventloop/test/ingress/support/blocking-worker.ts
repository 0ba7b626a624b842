// A worker on the blocking host: runs one of several programs and posts what it saw.
import { parentPort, workerData } from 'node:worker_threads'
import { blockingHost } from '../../../src/hosts/blocking.ts'
import type { IngressTransferable } from '../../../src/ingress/layout.ts'
import { connectIngress } from '../../../src/ingress/producer.ts'
import { wake } from '../../../src/ingress/wake.ts'
import { EventLoop } from '../../../src/loop.ts'
import { post, runSuite, throwInTick } from '../../hosts/support/worker-programs.ts'
import { commands } from './producing.ts'

export interface BlockingDuty {
  readonly kind: 'suite' | 'options' | 'echo' | 'messages' | 'park' | 'unref' | 'timers' | 'interrupted'
  readonly maxParkMs?: number | undefined
  readonly reply?: IngressTransferable | undefined
}

const { kind, maxParkMs, reply } = workerData as BlockingDuty
const ignore = { tick() {}, level() {}, line() {}, blob() {}, job() {}, failed() {} }

function tryOptions(): void {
  const outcomes = [0, 0.5, 60_001, Number.NaN, '50', 1, 60_000, Number.POSITIVE_INFINITY, undefined].map((value) => {
    try {
      return blockingHost({ maxParkMs: value as number }).kind
    } catch (error) {
      return (error as Error).name
    }
  })
  post(outcomes)
}

/** Sends each tick back by the port of the main thread's loop. */
async function echo(): Promise<void> {
  const back = connectIngress(reply as IngressTransferable, commands)
  const loop = new EventLoop({ host: blockingHost({ maxParkMs }) })
  const port = loop.createIngress({
    commands,
    handlers: { ...ignore, tick: (first, second) => void back.submit('tick', first, second) },
    onClosed: ({ reason }) => {
      back.submit('line', reason)
      back.close()
      void loop.shutdown()
    },
  })
  post(port.transferable)
  await loop.run()
}

async function serveMessages(): Promise<void> {
  const loop = new EventLoop({ host: blockingHost({ maxParkMs }) })
  parentPort?.on('message', (sentAtMs: number) => {
    post(Date.now() - sentAtMs)
    loop.submit(() => post('submitted'))
    parentPort?.unref()
    void loop.shutdown()
  })
  post('ready')
  await loop.run()
}

async function park(): Promise<void> {
  const loop = new EventLoop({ host: blockingHost({ maxParkMs: Number.POSITIVE_INFINITY }) })
  loop.createIngress({ commands, handlers: ignore })
  setTimeout(() => post('about to park'), 1)
  await loop.run()
}

async function unref(): Promise<void> {
  const loop = new EventLoop({ host: blockingHost({ maxParkMs: 5 }) })
  loop.createIngress({ commands, handlers: ignore, ref: false })
  void loop.run()
  setTimeout(() => post('last words'), 20)
}

async function runTimers(): Promise<void> {
  const loop = new EventLoop({ host: blockingHost({ maxParkMs }), autoExit: true })
  const late: number[] = []
  for (let delayMs = 1; delayMs <= 40; delayMs += 3) {
    const dueAtMs = loop.nowMs() + delayMs
    loop.scheduleTimer(delayMs, () => late.push(performance.now() - dueAtMs))
  }
  await loop.run()
  post(late)
}

const programs: Readonly<Record<BlockingDuty['kind'], () => unknown>> = {
  suite: () => runSuite(() => blockingHost({ maxParkMs: 1 }), wake),
  options: tryOptions,
  echo,
  messages: serveMessages,
  park,
  unref,
  timers: runTimers,
  interrupted: () => throwInTick(() => blockingHost({ maxParkMs: 5 })),
}
await programs[kind]()
