// The service from a shell: `node examples/50-script-service/serve.ts --help`.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import type { ServiceOptions } from './options.ts'
import { openService } from './service.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    sandboxes: { type: 'string', default: '4' },
    audit: { type: 'string', default: 'audit.log' },
    redis: { type: 'string', default: '127.0.0.1:6379' },
    queue: { type: 'string', default: '' },
    config: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(`serve.ts [--port N] [--sandboxes N] [--audit FILE] [--queue NAME [--redis HOST:PORT]] [--config FILE]

  --queue   runs scripts in the workers of this BullMQ queue (start queue-worker.ts with QUEUE=NAME, as often as you like);
            without a Redis that answers, and without --queue, they run in this process
  --config  JSON with further members of ServiceOptions, such as limits
  The key of the audit trail, at least 16 bytes, is read from AUDIT_KEY.
`)
  process.exit(0)
}
const key = process.env['AUDIT_KEY']
if (key === undefined) {
  process.stderr.write('AUDIT_KEY is not set: the audit trail needs a secret of at least 16 bytes\n')
  process.exit(2)
}

const [host = '127.0.0.1', redisPort = '6379'] = values.redis.split(':')
const redisAnswers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port: Number(redisPort) })
    socket.setTimeout(1000, () => socket.destroy(new Error('too slow')))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

const useQueue = values.queue !== '' && (await redisAnswers())
if (values.queue !== '' && !useQueue) process.stderr.write(`no Redis answers on ${values.redis}: scripts run in this process\n`)
const config = values.config === undefined ? {} : (JSON.parse(readFileSync(values.config, 'utf8')) as Partial<ServiceOptions>)
const service = await openService({
  port: Number(values.port),
  sandboxes: Number(values.sandboxes),
  audit: { path: values.audit, key },
  queue: useQueue ? { host, port: Number(redisPort), name: values.queue } : undefined,
  ...config,
})
process.stdout.write(`${service.url}\n`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void service.close())
