// The producing thread: a thousand readings through a ring that holds 64, so it has to wait for room now and then.
import { workerData } from 'node:worker_threads'
import { connectIngress } from '@loopwright/eventloop/worker'
import type { IngressTransferable } from '@loopwright/eventloop/worker'
import { commands } from './commands.ts'

const { ingress } = workerData as { readonly ingress: IngressTransferable }
const producer = connectIngress(ingress, commands) // claims the port: one producer, one thread

producer.submit('note', 'the sensor is warm')
let sum = 0
for (let at = 1; at <= 1000; at++) {
  while (!producer.submit('reading', at % 4, at)) await producer.whenWritable() // false: full. Nothing is dropped
  sum += at
}
while (!producer.submit('summary', { readings: 1000, mean: sum / 1000 })) await producer.whenWritable()
producer.close() // the other side reads what was accepted, then learns of the end
