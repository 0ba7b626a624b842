// What the logging workloads share: a pino into /dev/null, and a check that the line meant is the line written.
import { strict as assert } from 'node:assert'
import { createLogger, lineBackend } from '@loopwright/logiface'
import type { Logger, LoggerOptions } from '@loopwright/logiface'
import { captureLogger } from '@loopwright/logiface/testing'
import { pino } from 'pino'
import { medianNs } from '../../harness/workload.ts'

/** Lines of one timed round. */
export const LINES = 100_000

export type PinoInstance = ReturnType<typeof pino>
export type PinoOptions = Parameters<typeof pino>[0] & object

/** pino into `/dev/null`, through its own synchronous destination. */
export function nullPino(options: PinoOptions = {}): PinoInstance {
  return pino(options, pino.destination({ dest: '/dev/null', sync: true, minLength: 4096 }))
}

/** Runs `write` once through a pino that keeps its line, and compares that with what was meant. */
export async function checkLine(
  make: (instance: PinoInstance) => () => void,
  expected: object,
  options: PinoOptions = {},
): Promise<void> {
  let line = ''
  make(
    pino(options, {
      write(text: string) {
        line += text
      },
    }),
  )()
  await new Promise(setImmediate) // lines may be handed on at the end of the turn
  assert.equal(line.split('\n').length, 2, 'one line')
  assert.deepEqual(
    { ...(JSON.parse(line) as object), time: 0, pid: 0, hostname: '' },
    { time: 0, pid: 0, hostname: '', ...expected },
  )
}

/** Times `write`, which writes one line a call. */
export function timeLines(write: () => void, lines: number = LINES): Promise<number> {
  return medianNs(lines, (count) => {
    for (let i = 0; i < count; i++) write()
  })
}

/** A logger over our own writer into `/dev/null`; the line is checked through a logger that keeps it. */
export function timeOwn(
  options: Omit<LoggerOptions, 'backend'>,
  write: (log: Logger) => () => void,
  expected: object,
  lines: number = LINES,
): Promise<number> {
  const { log, records } = captureLogger(options)
  write(log)()
  assert.deepEqual(JSON.parse(JSON.stringify(records()[0])), { time: 0, ...expected })
  return timeLines(write(createLogger({ ...options, backend: lineBackend({ path: '/dev/null' }) })), lines)
}
