// A guest script on a loop of our own: its output goes to standard output, what the host has to say to standard error.
import { AsyncLocalStorage } from 'node:async_hooks'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EventLoop } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import { createLogger, withContext } from '@loopwright/logiface'
import type { Fields } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { LoopMetrics } from '@loopwright/metrics'
import { prometheusText } from '@loopwright/metrics/prometheus'
import { summaryTable } from '@loopwright/metrics/report'
import { pino } from 'pino'

const CUSTOMERS: Readonly<Record<string, { readonly name: string; readonly email: string }>> = {
  'C-17': { name: 'Ada', email: 'ada@example.com' },
}

const requests = new AsyncLocalStorage<Fields>()
const log = createLogger({
  backend: pinoBackend(pino({ base: null }, pino.destination({ fd: 2, sync: true }))),
  context: requests,
  redact: ['email'],
})
const metrics = new LoopMetrics({ sampleEvery: 1 })
const loop = new EventLoop({ logger: log, observer: metrics, autoExit: true })
metrics.watch(loop)

const source = await readFile(join(import.meta.dirname, 'guest.js'), 'utf8')
await withContext(requests, { requestId: 'r-1' }, async () => {
  const sandbox = await Sandbox.create({
    loop,
    logger: log,
    console: { write: (stream, text) => void process[stream].write(text) },
    lifecycle: 'program',
    limits: { operationMs: 500, hardMs: 2000 },
  })
  sandbox.expose('lookup', async (id: string) => {
    const customer = CUSTOMERS[id]
    log.info()?.str('id', id).any('customer', customer).msg('looked up a customer')
    await loop.sleep(5)
    return customer?.name
  })
  await Promise.all([sandbox.run(source, { name: 'guest.js' }), loop.run()])
  const { reason } = await sandbox.exited
  log.info()?.str('reason', reason).num('interruptedTimers', sandbox.usage().interruptedTimers).msg('the guest ended')
})

process.stderr.write(`\n${summaryTable(metrics.snapshot())}\n\n`)
const exposed = prometheusText(metrics)
  .split('\n')
  .filter((line) => line.startsWith('loopwright_loop_callbacks_total'))
process.stderr.write(`${exposed.join('\n')}\n`)
