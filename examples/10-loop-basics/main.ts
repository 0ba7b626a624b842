// A loop inside Node's own: the order of turns, a timer, a promise, an error that stays where it is, and an end by itself.
import { EventLoop } from '@loopwright/eventloop'

const loop = new EventLoop({
  autoExit: true, // run() resolves when nothing is left to do
  onError: (error, { phase, label }) => console.log(`contained: ${(error as Error).message} (${phase}, ${label})`),
})

// What was submitted before run() waits for it. After every callback the microtasks it left behind are run.
loop.submit(() => {
  console.log('first task')
  loop.nextTick(() => console.log('  its next-tick'))
  loop.queueMicrotask(() => console.log('  its microtask'))
  void Promise.resolve().then(() => console.log('  its native promise'))
})
loop.submit(
  () => {
    throw new Error('this task fails')
  },
  { label: 'fragile' },
)
loop.submit(() => console.log('third task: the queue went on'))

// Immediates run before tasks; background work when nothing better is ready.
loop.submit(() => console.log('background work'), { priority: 'background' })
loop.submit(() => console.log('urgent work'), { priority: 'user-blocking' })
loop.scheduleImmediate(() => console.log('immediate'))

// Timers fire by deadline, then in the order of arming; a cancelled one never.
loop.submit(() => {
  const never = loop.scheduleTimer(15, () => console.log('cancelled timers do not fire'))
  loop.scheduleTimer(20, () => {
    console.log('timer of 20 ms')
    startWork()
  })
  loop.scheduleTimer(10, () => console.log('timer of 10 ms'))
  console.log(`cancelled: ${loop.cancelTimer(never)}, and again: ${loop.cancelTimer(never)}`)
})

// Work in flight keeps the loop alive; its result arrives as a callback of the loop.
function startWork(): void {
  const work = loop.promisify(undefined, () => new Promise<number>((resolve) => setTimeout(resolve, 5, 42)))
  void work.then((answer) => console.log(`the work resolved with ${answer}`))
}

const { mode } = await loop.run()
console.log(`ended by ${mode}; ${loop.snapshot().errors} error was contained`)
