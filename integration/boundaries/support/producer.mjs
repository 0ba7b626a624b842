// A producing thread: submits `count` jobs, as fast as the ring takes them, then says how many were taken.
import { parentPort, workerData } from 'node:worker_threads'
import { connectIngress, defineCommands, fixed, text } from '@loopwright/eventloop/worker'

const { transferable, id, count, endless } = workerData
const producer = connectIngress(transferable, defineCommands({ job: fixed(), line: text() }))
let taken = 0
try {
  while (endless || taken < count) {
    const ok = taken % 10 === 9 ? producer.submit('line', `${id}:${taken}`) : producer.submit('job', id, taken)
    if (ok) taken++
    else if (!producer.closed) producer.waitWritable(100)
    if (producer.closed) break
  }
} catch (error) {
  if (error.code !== 'ERR_INGRESS_CLOSED') throw error
}
parentPort.postMessage({ taken })
producer.close()
