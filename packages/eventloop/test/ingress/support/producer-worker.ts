// A producing thread: claims its port and does one duty.
import { parentPort, workerData } from 'node:worker_threads'
import { isLoopError, LoopError } from '../../../src/errors.ts'
import type { IngressTransferable } from '../../../src/ingress/layout.ts'
import { connectIngress } from '../../../src/ingress/producer.ts'
import { commands, contentOf } from './producing.ts'
import type { Duty, Planned } from './producing.ts'

const { transferable, duty } = workerData as { readonly transferable: IngressTransferable; readonly duty: Duty }
const producer = connectIngress(transferable, commands)

function tick(first: number, second: number): void {
  while (!producer.submit('tick', first, second)) producer.waitWritable()
}

function submitPlanned(planned: Planned, sequence: number): boolean {
  const content = contentOf(planned, sequence)
  switch (planned.kind) {
    case 'tick':
      return producer.submit('tick', sequence, planned.size)
    case 'level':
      return producer.submit('level', content as number)
    case 'line':
      return producer.submit('line', content as string)
    case 'blob':
      return producer.submit('blob', content as Uint8Array)
    case 'job':
      return producer.submit('job', content as { sequence: number; padding: string })
    case 'failed':
      return producer.submit('failed', new LoopError('ERR_TIMEOUT', content as string))
    default:
      throw new TypeError(`unknown kind ${String(planned.kind satisfies never)}`)
  }
}

function flood(pauseEvery: number): void {
  let accepted = 0
  try {
    for (;;) {
      if (producer.submit('tick', accepted, 0)) accepted++
      else producer.waitWritable(50)
      if (accepted % pauseEvery === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  } catch (error) {
    if (!isLoopError(error, 'ERR_INGRESS_CLOSED')) throw error
  }
  parentPort?.postMessage(accepted)
}

function* deadly(count: number): Generator<[number, number]> {
  yield [count, 0]
  yield [count + 1, 0]
  process.exit(0)
}

switch (duty.kind) {
  case 'count':
    for (let n = 0; n < duty.count; n++) tick(duty.id, n)
    producer.close()
    break
  case 'many':
    for (let n = 0; n < duty.count; ) {
      const items = Array.from({ length: Math.min(100, duty.count - n) }, (_unused, index): [number, number] => [
        duty.id,
        n + index,
      ])
      const accepted = producer.submitMany('tick', items)
      n += accepted
      if (accepted < items.length) producer.waitWritable()
    }
    producer.close()
    break
  case 'schedule':
    for (let n = 0; n < duty.count; n++) {
      while (!submitPlanned(duty.plan[n % duty.plan.length] as Planned, n)) producer.waitWritable()
    }
    producer.close()
    break
  case 'flood':
    flood(duty.pauseEvery)
    break
  case 'die':
    for (let n = 0; n < duty.count; n++) tick(n, 0)
    producer.submitMany('tick', deadly(duty.count))
    break
  case 'on-message':
    parentPort?.on('message', () => producer.submit('tick', 1, 0))
    break
  case 'async': {
    let waits = 0
    for (let n = 0; n < duty.count; n++) {
      while (!producer.submit('tick', 0, n)) {
        waits++
        await producer.whenWritable()
      }
    }
    parentPort?.postMessage(waits)
    producer.close()
    break
  }
  case 'shutdown':
    producer.submit('tick', 1, 1)
    parentPort?.postMessage(producer.requests.shutdown())
    break
  case 'once':
    producer.submit('tick', 1, 1)
    break
  default:
    throw new TypeError(`unknown duty ${String(duty satisfies never)}`)
}
