// Producing threads for the ingress workloads. The bundle of a workload is also the program of its workers.
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { EventLoop } from '@loopwright/eventloop'
import type { IngressPort, IngressTransferable } from '@loopwright/eventloop'
import { connectIngress, defineCommands, fixed, text } from '@loopwright/eventloop/worker'
import { CasRing } from './cas-ring.ts'

export const CAPACITY = 4096
export const commands = defineCommands({ tick: fixed(), line: text() })
export const LINE = 'the quick brown fox jumps over the lazy dog; 64 characters of it'

interface ProducerData {
  readonly role: 'producer'
  readonly way: 'ring' | 'message' | 'cas'
  readonly payload: 'fixed' | 'text'
  readonly count: number
  /** Word 0: number of the round that may begin. */
  readonly gate: Int32Array
  readonly rounds: number
  readonly transferable?: IngressTransferable | undefined
  readonly cas?: SharedArrayBuffer | undefined
}

const ROUNDS = 7
const WARM_UPS = 2

function submitter({ way, payload, transferable, cas }: ProducerData): (n: number) => void {
  switch (way) {
    case 'message':
      return payload === 'fixed' ? (n) => parentPort?.postMessage([n, 1]) : () => parentPort?.postMessage(LINE)
    case 'cas': {
      const ring = new CasRing(CAPACITY, cas)
      return (n) => {
        while (!ring.submit(n, 1)) Atomics.wait(idle, 0, 0, 0.05)
      }
    }
    case 'ring': {
      const producer = connectIngress(transferable as IngressTransferable, commands)
      if (payload === 'fixed') {
        return (n) => {
          while (!producer.submit('tick', n, 1)) producer.waitWritable()
        }
      }
      return () => {
        while (!producer.submit('line', LINE)) producer.waitWritable()
      }
    }
    default:
      throw new TypeError(`unknown way ${String(way satisfies never)}`)
  }
}

const idle = new Int32Array(new SharedArrayBuffer(4))

function produce(data: ProducerData): void {
  const submit = submitter(data)
  for (let round = 1; round <= data.rounds; round++) {
    while (Atomics.load(data.gate, 0) < round) Atomics.wait(data.gate, 0, round - 1)
    for (let n = 0; n < data.count; n++) submit(n)
  }
}

if (!isMainThread && (workerData as ProducerData | null)?.role === 'producer') produce(workerData as ProducerData)

/**
 * Lets `producers` threads send `total` records between them, round after round, and takes the time from opening the gate to
 * the last record's handler.
 * @returns the median in nanoseconds a record.
 */
export async function measureIntake(
  way: ProducerData['way'],
  payload: ProducerData['payload'],
  producers: number,
  total: number,
): Promise<number> {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const rounds = WARM_UPS + ROUNDS
  const count = Math.trunc(total / producers)
  const expected = count * producers
  let received = 0
  let sum = 0
  let finish: () => void = () => {}
  const take = (n: number): void => {
    sum += n
    if (++received === expected) finish()
  }
  const takeLine = (line: string): void => {
    sum += line.length
    if (++received === expected) finish()
  }
  const loop = new EventLoop()
  const run = loop.run()
  const cas = new CasRing(CAPACITY)
  if (way === 'cas') {
    loop.submitSteps(() => {
      if (!cas.take(take)) cas.publish()
      return true
    })
  }
  const workers = Array.from({ length: producers }, () => {
    const port: IngressPort | undefined =
      way === 'ring' ? loop.createIngress({ commands, capacity: CAPACITY, handlers: { tick: take, line: takeLine } }) : undefined
    const data: ProducerData = {
      role: 'producer',
      way,
      payload,
      count,
      gate,
      rounds,
      transferable: port?.transferable,
      cas: cas.buffer,
    }
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: data })
    if (way === 'message') worker.on('message', payload === 'fixed' ? ([n]: [number]) => take(n) : takeLine)
    return worker
  })
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))))
  const times: number[] = []
  for (let round = 1; round <= rounds; round++) {
    received = 0
    sum = 0
    const done = new Promise<void>((resolve) => {
      finish = resolve
    })
    const startedAt = process.hrtime.bigint()
    Atomics.store(gate, 0, round)
    Atomics.notify(gate, 0)
    await done
    times.push(Number(process.hrtime.bigint() - startedAt) / expected)
    const right = payload === 'fixed' ? (producers * count * (count - 1)) / 2 : expected * LINE.length
    if (sum !== right) throw new RangeError(`the records add up to ${sum}, not ${right}`)
  }
  await loop.close()
  await run
  await Promise.all(workers.map((worker) => worker.terminate()))
  return times.slice(WARM_UPS).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}
