// One event, four writers: pino, winston, OpenTelemetry and our own, redacted and correlated alike; audit lines are chained as well.
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { EventLoop, VirtualHost, alsContext } from '@loopwright/eventloop'
import {
  alsoByLevel,
  createLogger,
  fanOut,
  lineBackend,
  SENSITIVE_KEYS,
  SENSITIVE_VALUES,
  withContext,
} from '@loopwright/logiface'
import { auditBackend, verifyAudit } from '@loopwright/logiface/audit'
import { otelLogs } from '@loopwright/logiface/otel'
import { pinoBackend } from '@loopwright/logiface-pino'
import { logifaceFormat, winstonBackend } from '@loopwright/logiface-winston'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { pino } from 'pino'
import winston from 'winston'

const folder = mkdtempSync(join(tmpdir(), 'logging-'))
const own = lineBackend({ path: join(folder, 'own.log'), mode: 'each' })

const pinoLines: string[] = []
const byPino = pinoBackend(pino({ base: null, timestamp: false }, { write: (line: string) => void pinoLines.push(line) }))

const winstonLines: string[] = []
const stream = new Writable({
  write(chunk: Buffer, _encoding, done) {
    winstonLines.push(String(chunk))
    done()
  },
})
const byWinston = winstonBackend(
  winston.createLogger({
    format: logifaceFormat({ timestamp: false }),
    transports: new winston.transports.Stream({ stream }),
  }),
)

const exporter = new InMemoryLogRecordExporter()
const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })

const key = 'read this from a secret store'
const audit = auditBackend({ path: join(folder, 'audit.log'), key })

const context = new AsyncLocalStorage<object>()
const log = createLogger({
  backend: alsoByLevel({ audit }, fanOut(own, byPino, byWinston, otelLogs(provider.getLogger('shop')))),
  levels: { audit: 9 },
  redact: [...SENSITIVE_KEYS, 'card.*.number'],
  redactValues: SENSITIVE_VALUES,
  context,
})

// Two requests at once on one loop, in virtual time: each line carries the id of its own.
const host = new VirtualHost()
const loop = new EventLoop({ host, context: alsContext(context) })
const request = (requestId: string, user: string, delayMs: number): void =>
  withContext(context, { requestId }, () => {
    loop.scheduleTimer(delayMs, () => {
      log.info()?.str('user', user).str('password', 'hunter2').msg('signed in')
      void loop.sleep(10).then(() => {
        log
          .audit()
          ?.str('user', user)
          .json('card', { visa: { number: '4111 1111 1111 1111', until: '12/30' } })
          .msg('card added')
      })
    })
  })
request('r-1', 'ada', 1)
request('r-2', 'bob', 5)
const running = loop.run()
await host.advanceBy(100)
await loop.close()
await running
log
  .err()
  ?.err(Object.assign(new Error('cannot reach https://ada:hunter2@db.example/'), { code: 'E_DB', stack: '' }))
  .msg()

await log.close()
audit.close()
own.close()
await provider.forceFlush()

const show = (name: string, records: readonly object[]): void => {
  console.log(`${name}: ${records.length} events`)
  for (const record of records) console.log(`  ${JSON.stringify({ ...record, time: undefined })}`)
}
const parsed = (text: string): readonly object[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
show('own', parsed(readFileSync(join(folder, 'own.log'), 'utf8')))
show('pino', parsed(pinoLines.join('')))
show('winston', parsed(winstonLines.join('')))
show(
  'OpenTelemetry',
  exporter
    .getFinishedLogRecords()
    .map(({ severityText, severityNumber, body, attributes }) => ({ severityText, severityNumber, body, attributes })),
)
const result = await verifyAudit(join(folder, 'audit.log'), { key, expectedHead: audit.head })
console.log(`audit: ${result.intact ? `intact, ${result.lines} lines` : 'broken'}`)

const everything = [readFileSync(join(folder, 'own.log')), readFileSync(join(folder, 'audit.log')), pinoLines, winstonLines]
const secrets = ['hunter2', '4111'].filter((secret) =>
  (everything.join('') + JSON.stringify(exporter.getFinishedLogRecords().map(({ attributes }) => attributes))).includes(secret),
)
console.log(`secrets that left: ${secrets.length}`)
rmSync(folder, { recursive: true })
