// The format that lets this package write lines straight to the transports.
import { LogError } from '@loopwright/logiface'
import { MESSAGE } from './winston-like.ts'

export interface LogifaceFormatOptions {
  /** The member `timestamp`: RFC 3339 in UTC, milliseconds since 1970, or none. Default `iso`. */
  readonly timestamp?: 'iso' | 'epoch' | false | undefined
}

const MARK = Symbol.for('@loopwright/logiface-winston.format')

/** What winston hands to formats. */
export interface TransformInfo {
  level: string
  message: unknown
  [member: string | symbol]: unknown
}

/** A format of winston: pass it as `format` to `createLogger`. */
export interface LogifaceFormat {
  readonly options: Readonly<Required<LogifaceFormatOptions>>
  transform(info: TransformInfo): TransformInfo
}

/**
 * One JSON line an event: level, timestamp, the logger's default members, fields, message. An event that winston's own methods log is formatted
 * here; one that came from logiface is formatted already and passes.
 *
 * @throws LogError `ERR_LOG_OPTION`.
 */
export function logifaceFormat({ timestamp = 'iso' }: LogifaceFormatOptions = {}): LogifaceFormat {
  if (timestamp !== 'iso' && timestamp !== 'epoch' && timestamp !== false)
    throw new LogError('ERR_LOG_OPTION', `timestamp must be 'iso', 'epoch' or false, got ${String(timestamp)}`)
  const transform = (info: TransformInfo): TransformInfo => {
    if (info[MESSAGE] !== undefined) return info
    const { level, message, ...rest } = info
    const now = Date.now()
    const time = timestamp === false ? {} : { timestamp: timestamp === 'iso' ? new Date(now).toISOString() : now }
    info[MESSAGE] = safeJson({ level, ...time, ...rest, message })
    return info
  }
  return Object.assign({ options: Object.freeze({ timestamp }), transform }, { [MARK]: true })
}

/** The options of a format made here, of this or another copy of the package; `undefined` for any other format. */
export function formatOptions(format: unknown): Required<LogifaceFormatOptions> | undefined {
  if (typeof format !== 'object' || format === null || Reflect.get(format, MARK) !== true) return undefined
  return (format as LogifaceFormat).options
}

function safeJson(value: object): string {
  const ancestors: object[] = []
  return JSON.stringify(value, function (this: object, _key, member: unknown) {
    if (typeof member === 'bigint') return member.toString()
    if (typeof member !== 'object' || member === null) return member
    while (ancestors.length > 0 && ancestors[ancestors.length - 1] !== this) ancestors.pop()
    if (ancestors.includes(member)) return '[Circular]'
    ancestors.push(member)
    return member
  })
}
