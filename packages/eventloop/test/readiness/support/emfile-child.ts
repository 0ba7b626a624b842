// Uses up its descriptors, then registers one: first with a duplicate, then without, then when there is room again.
import { closeSync, openSync, writeSync } from 'node:fs'
import type { LoopError } from '../../../src/errors.ts'
import { EventLoop } from '../../../src/loop.ts'
import type { KoffiLike } from '../../../src/readiness/uv-poll.ts'
import { uvPollBackend } from '../../../src/readiness/uv-poll.ts'
import { requireKoffi } from './koffi.ts'

const koffi = requireKoffi() as KoffiLike
const socketpair = koffi.load(null).func('int socketpair(int domain, int type, int protocol, _Out_ int *pair)')
const pair = [0, 0]
socketpair(1, 1, 0, pair)
const [near, far] = pair as [number, number]
const loop = new EventLoop({ readiness: uvPollBackend({ koffi }) })
const run = loop.run()
// Loads everything while there are descriptors for it.
await (await loop.registerFd(near, { read: true }, () => {})).unregister()

const fillers: number[] = []
try {
  for (;;) fillers.push(openSync('/dev/null', 'r'))
} catch {
  // No descriptor is left.
}
const limited = await loop
  .registerFd(near, { read: true }, () => {})
  .then(
    () => null,
    (error: LoopError) => ({
      code: error.code,
      isTemporary: error.isTemporary,
      errno: error.context['errno'],
      syscall: error.context['syscall'],
    }),
  )
writeSync(far, 'x')
const kind = (event: { readonly readable: boolean }): string => (event.readable ? 'readable' : 'not readable')
const withoutDup = kind(await loop.waitFd(near, { read: true }, { dup: false }))
for (const fd of fillers) closeSync(fd)
const afterwards = kind(await loop.waitFd(near, { read: true }))
await loop.close()
await run
process.stdout.write(JSON.stringify({ limited, withoutDup, afterwards }))
