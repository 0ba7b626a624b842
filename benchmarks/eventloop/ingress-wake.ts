// One record into an idle loop: microseconds from submit to handler, on the Node host and on the blocking host, against a message.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { EventLoop } from '@loopwright/eventloop'
import type { IngressTransferable } from '@loopwright/eventloop'
import { blockingHost, connectIngress, defineCommands, float } from '@loopwright/eventloop/worker'
import { defineWorkload } from '../harness/workload.ts'

const ROUNDS = 400
/** Quick ones first, so that the path from wake to handler is compiled, as it is in a program that runs for long. */
const WARM_UPS = 5000
const PAUSE_MS = 1.5
const commands = defineCommands({ sent: float() })

type Role =
  | { readonly role: 'ring-producer'; readonly transferable: IngressTransferable }
  | { readonly role: 'message-producer' }
  | { readonly role: 'blocking-consumer' }
  | { readonly role: 'message-consumer' }

/** The same clock in every thread. */
function nowUs(): number {
  return Number(process.hrtime.bigint()) / 1000
}

async function pulse(send: () => void): Promise<void> {
  await sleep(100)
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    send()
    if (round < WARM_UPS) await nextTurn()
    else await sleep(PAUSE_MS)
  }
}

/** Gathers latencies; `done` resolves with their median. */
function collector(): { take(sentUs: number): boolean; readonly done: Promise<number> } {
  const latencies: number[] = []
  let finish: (median: number) => void = () => {}
  const done = new Promise<number>((resolve) => {
    finish = resolve
  })
  return {
    done,
    take(sentUs) {
      latencies.push(nowUs() - sentUs)
      if (latencies.length < WARM_UPS + ROUNDS) return false
      finish(latencies.slice(WARM_UPS).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN)
      return true
    },
  }
}

function start(role: Role): Worker {
  return new Worker(fileURLToPath(import.meta.url), { workerData: role })
}

async function ringToNodeHost(): Promise<number> {
  const loop = new EventLoop()
  const run = loop.run()
  const { take, done } = collector()
  const port = loop.createIngress({ commands, handlers: { sent: (sentUs) => void take(sentUs) } })
  const worker = start({ role: 'ring-producer', transferable: port.transferable })
  const median = await done
  await loop.close()
  await run
  await worker.terminate()
  return median
}

async function messageToMain(): Promise<number> {
  const { take, done } = collector()
  const worker = start({ role: 'message-producer' })
  worker.on('message', take)
  const median = await done
  await worker.terminate()
  return median
}

async function ringToBlockingHost(): Promise<number> {
  const worker = start({ role: 'blocking-consumer' })
  const transferable = await new Promise<IngressTransferable>((resolve) => worker.once('message', resolve))
  const producer = connectIngress(transferable, commands)
  const result = new Promise<number>((resolve) => worker.once('message', resolve))
  await pulse(() => {
    while (!producer.submit('sent', nowUs())) producer.waitWritable()
  })
  return await result
}

async function messageToWorker(): Promise<number> {
  const worker = start({ role: 'message-consumer' })
  const result = new Promise<number>((resolve) => worker.once('message', resolve))
  await pulse(() => worker.postMessage(nowUs()))
  return await result
}

async function work(role: Role): Promise<void> {
  switch (role.role) {
    case 'ring-producer': {
      const producer = connectIngress(role.transferable, commands)
      await pulse(() => {
        while (!producer.submit('sent', nowUs())) producer.waitWritable()
      })
      break
    }
    case 'message-producer':
      await pulse(() => parentPort?.postMessage(nowUs()))
      break
    case 'blocking-consumer': {
      const { take, done } = collector()
      const loop = new EventLoop({ host: blockingHost() })
      const port = loop.createIngress({
        commands,
        handlers: {
          sent: (sentUs) => {
            if (take(sentUs)) void loop.shutdown()
          },
        },
      })
      parentPort?.postMessage(port.transferable)
      await loop.run()
      parentPort?.postMessage(await done)
      break
    }
    case 'message-consumer': {
      const { take, done } = collector()
      parentPort?.on('message', take)
      parentPort?.postMessage(await done)
      break
    }
    default:
      throw new TypeError(`unknown role ${String(role satisfies never)}`)
  }
}

if (!isMainThread) void work(workerData as Role)

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'node-host': ringToNodeHost,
    'message-to-main': messageToMain,
    'blocking-host': ringToBlockingHost,
    'message-to-worker': messageToWorker,
  },
  figures: [
    { subject: 'node-host', peer: 'message-to-main', ratio: 'cost', target: '<= 1.2' },
    { subject: 'blocking-host', peer: 'message-to-worker', ratio: 'cost', target: '<= 0.8' },
  ],
})
