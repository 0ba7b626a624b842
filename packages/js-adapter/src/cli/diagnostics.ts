// The command's diagnostics: a logiface logger over the chosen backend, loaded only when it is asked for.
import type { AdapterLogger } from '../ports.ts'
import type { LogBackend } from './arguments.ts'

const STDERR = 2
const LEVEL = 'info'

/** What `--log` needs that a plain installation lacks. */
const PACKAGES = {
  json: ['@loopwright/logiface'],
  pino: ['@loopwright/logiface', '@loopwright/logiface-pino', 'pino'],
  winston: ['@loopwright/logiface', '@loopwright/logiface-winston', 'winston'],
} as const satisfies Readonly<Record<Exclude<LogBackend, 'off'>, readonly string[]>>

/** A package that the chosen backend needs is not installed. The message says how to install it. */
export class MissingBackend extends Error {}

async function jsonLogger(): Promise<AdapterLogger> {
  const { createLogger, lineBackend } = await import('@loopwright/logiface')
  return createLogger({ level: LEVEL, backend: lineBackend({ fd: STDERR, mode: 'each' }) })
}

async function pinoLogger(): Promise<AdapterLogger> {
  const [{ createLogger }, { pinoBackend }, { pino }] = await Promise.all([
    import('@loopwright/logiface'),
    import('@loopwright/logiface-pino'),
    import('pino'),
  ])
  const engine = pino({ level: LEVEL }, pino.destination({ dest: STDERR, sync: true }))
  return createLogger({ level: LEVEL, backend: pinoBackend(engine) })
}

async function winstonLogger(): Promise<AdapterLogger> {
  const [{ createLogger }, { LineTransport, logifaceFormat, winstonBackend }, { default: winston }] = await Promise.all([
    import('@loopwright/logiface'),
    import('@loopwright/logiface-winston'),
    import('winston'),
  ])
  const engine = winston.createLogger({
    level: LEVEL,
    format: logifaceFormat(),
    transports: new LineTransport({ fd: STDERR, mode: 'each' }),
  })
  return createLogger({ level: LEVEL, backend: winstonBackend(engine) })
}

function open(backend: Exclude<LogBackend, 'off'>): Promise<AdapterLogger> {
  switch (backend) {
    case 'json':
      return jsonLogger()
    case 'pino':
      return pinoLogger()
    case 'winston':
      return winstonLogger()
    default:
      throw new TypeError(`unknown backend: ${backend satisfies never}`)
  }
}

/** @returns the logger; `undefined` for `off`. @throws MissingBackend when a package that it needs is not installed. */
export async function openDiagnostics(backend: LogBackend): Promise<AdapterLogger | undefined> {
  if (backend === 'off') return undefined
  try {
    return await open(backend)
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ERR_MODULE_NOT_FOUND') throw error
    const missing = /package '([^']+)'/.exec(error.message)?.[1] ?? 'a package'
    throw new MissingBackend(`${missing} is not installed: npm install ${PACKAGES[backend].join(' ')}`, { cause: error })
  }
}
