// A service that ends well: what was accepted is finished, what cannot be finished is told, and a second request ends it at once.
import { EventLoop, isLoopError } from '@loopwright/eventloop'

const loop = new EventLoop({ onError: (error) => console.log(`error: ${(error as Error).message}`) })
loop.use({ [Symbol.dispose]: () => console.log('disposed of: the listener') })
loop.use({ [Symbol.asyncDispose]: async () => console.log('disposed of: the pool') }) // last first

// In a service these are `process.once('SIGTERM', ...)`. A signal must not wait for the loop, so it uses `requests`.
const onSignal = (): void => {
  if (!loop.requests.shutdown()) loop.requests.close()
}

const codeOf = (error: unknown): string => (isLoopError(error) ? error.code : String(error))

loop.submit(() => {
  loop.submit(() => console.log('accepted before the signal: runs'))
  // In flight: a graceful end waits for it.
  void loop
    .promisify(undefined, async () => {
      await new Promise((resolve) => setTimeout(resolve, 30))
      return 'the response was sent'
    })
    .then(console.log)
  // Timers do not fire in termination; who waits for one is told.
  loop.scheduleTimer(60_000, () => console.log('never'))
  loop.sleep(60_000).catch((error) => console.log(`the sleeper: ${codeOf(error)}`))
  onSignal()
  try {
    loop.submit(() => console.log('never'))
  } catch (error) {
    console.log(`a task after the signal: ${codeOf(error)}`)
  }
})

const exit = await loop.run()
console.log(`ended by ${exit.mode}, timers dropped: ${exit.discarded['timers'] ?? 0}, errors: ${exit.errors.length}`)

// The same with work that does not end: `shutdown` waits for so long, then the end becomes immediate.
const stuck = new EventLoop()
const running = stuck.run()
void stuck
  .promisify(undefined, (signal) => {
    signal.addEventListener('abort', () => console.log(`the stuck work was told: ${codeOf(signal.reason)}`))
    return new Promise(() => {})
  })
  .catch(() => {})
await stuck.shutdown({ timeoutMs: 50, onTimeout: 'close' }).catch((error) => console.log(`shutdown: ${codeOf(error)}`))
const { mode, escalated } = await running
console.log(`ended by ${mode}, escalated: ${escalated}`)
