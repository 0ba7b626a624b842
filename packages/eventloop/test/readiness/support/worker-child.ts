// A worker: uv_poll is refused, net.Socket by choice works.
import { parentPort, workerData } from 'node:worker_threads'
import type { LoopError } from '../../../src/errors.ts'
import { EventLoop } from '../../../src/loop.ts'
import { netSocketBackend } from '../../../src/readiness/net-socket.ts'

const { fd } = workerData as { readonly fd: number }
const plain = new EventLoop()
const refused = await plain
  .registerFd(fd, { read: true }, () => {})
  .then(
    () => undefined,
    (error: LoopError) => error,
  )
await plain.close()
const loop = new EventLoop({ readiness: netSocketBackend() })
const run = loop.run()
const { data } = await loop.waitFd(fd, { read: true })
await loop.close()
await run
parentPort?.postMessage({
  code: refused?.code,
  names: refused?.message.includes('netSocketBackend()'),
  data: Buffer.from(data ?? []).toString(),
})
