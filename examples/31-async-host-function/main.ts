// A host function that takes its time, with cancellation: the guest awaits it, aborts it, and sees typed errors.
import { EventLoop } from '@loopwright/eventloop'
import { Adapter, Runtime } from '@loopwright/js-adapter/goja'

const STOCK: Readonly<Record<string, number>> = { bolt: 12, nut: 0 }

const loop = new EventLoop({ autoExit: true })
using runtime = await Runtime.create()
const adapter = new Adapter(loop, runtime, { console: { write: (stream, text) => void process[stream].write(text) } })
adapter.bind()

// A promise of the host becomes one of the guest; it settles in a loop task of its own.
runtime.set('stockOf', async (item: string) => {
  await loop.sleep(5)
  const count = STOCK[item]
  if (count === undefined) throw Object.assign(new RangeError(`no such item: ${item}`), { code: 'E_ITEM' })
  return { item, count }
})
// A guest signal cancels host work.
runtime.set('watch', (...args: readonly unknown[]) => console.log('host: watching', args[0]))
const controller = runtime.runString('globalThis.controller = new AbortController(); controller.signal')
adapter.trackAbortSignal(controller, () => console.log('host: the guest aborted'))

adapter.submit((guest) => {
  guest.runScript(
    'shop.js',
    `(async () => {
      const [a, b] = await Promise.all([stockOf('bolt'), stockOf('nut')])
      console.log(a.item, a.count, b.item, b.count)
      try { await stockOf('gear') } catch (error) { console.log(error instanceof RangeError, error.code, error.message) }
      watch('bolt')
      controller.abort()
    })()`,
  )
})
await loop.run()
console.log('exit code', (await adapter.done).exitCode)
