// A program that has not installed koffi.
import type { LoopError } from '../../../src/errors.ts'
import { EventLoop } from '../../../src/loop.ts'

const loop = new EventLoop()
try {
  await loop.registerFd(0, { read: true }, () => {})
} catch (error) {
  const { code, message, cause } = error as LoopError
  process.stdout.write(JSON.stringify({ code, message, cause: (cause as NodeJS.ErrnoException | undefined)?.code }))
}
await loop.close()
