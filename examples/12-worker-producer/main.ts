// A worker feeds the loop through shared memory: typed records, in order, nothing lost, and back-pressure when the ring is full.
import { Worker } from 'node:worker_threads'
import { EventLoop } from '@loopwright/eventloop'
import { commands } from './commands.ts'

await using loop = new EventLoop({ autoExit: true })
const perSensor = [0, 0, 0, 0]
let last = 0
let inOrder = true

const port = loop.createIngress({
  commands,
  capacity: 64,
  handlers: {
    reading: (sensor, value) => {
      perSensor[sensor] = (perSensor[sensor] ?? 0) + 1
      inOrder &&= value === last + 1
      last = value
    },
    note: (line) => console.log(`note: ${line}`),
    summary: ({ readings, mean }) => console.log(`the producer made ${readings} readings, mean ${mean}`),
  },
  onClosed: ({ reason, received }) => console.log(`the port ended by its ${reason}; ${received} records were received`),
})

const worker = new Worker(new URL('./producer.ts', import.meta.url), { workerData: { ingress: port.transferable } })
worker.on('error', (error) => {
  throw error
})
port.attach(worker) // should the worker die, the port ends after what it had published

const { mode } = await loop.run() // an open port keeps the loop alive
console.log(`readings per sensor: ${perSensor.join(', ')}; in order: ${inOrder}`)
console.log(`ended by ${mode}`)
