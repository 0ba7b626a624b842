// Watches its standard input, whose number is 0, and writes what it read.
import { readSync } from 'node:fs'
import { EventLoop } from '../../../src/loop.ts'
import type { KoffiLike } from '../../../src/readiness/uv-poll.ts'
import { uvPollBackend } from '../../../src/readiness/uv-poll.ts'
import { requireKoffi } from './koffi.ts'

const loop = new EventLoop({ autoExit: true, readiness: uvPollBackend({ koffi: requireKoffi() as KoffiLike }) })
const watch = await loop.registerFd(0, { read: true }, ({ readable }) => {
  const bytes = Buffer.alloc(100)
  const count = readSync(0, bytes)
  process.stdout.write(`${readable ? 'readable' : 'not readable'} ${bytes.toString('utf8', 0, count)}`)
  void watch.unregister()
})
await loop.run()
