// A JSON line for people: time, level, message, then key=value.
import { readJson } from '../text/json-reader.ts'

export interface PrettyOptions {
  /** Colours for terminals. Default false. */
  readonly color?: boolean | undefined
}

const LEVEL_CHARS = 7
const COLORS: Readonly<Record<string, number>> = {
  emerg: 31,
  alert: 31,
  crit: 31,
  err: 31,
  error: 31,
  fatal: 31,
  warning: 33,
  warn: 33,
  notice: 36,
  info: 32,
  debug: 34,
  trace: 90,
}
const PINO_LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
/** Control characters, and what could turn the direction of a text or hide within it. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
const PLAIN = /^[^\s"=\\{}[\]]+$/u

/** @param line - without its line break. @returns text with line breaks of its own and none at its end; `undefined` if the line is no JSON object. */
export function prettyLine(line: string, { color = false }: PrettyOptions = {}): string | undefined {
  let record: unknown
  try {
    record = readJson(line)
  } catch {
    return undefined
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined
  const { level, time, timestamp, msg, message, ...fields } = record as Readonly<Record<string, unknown>>
  const stacks: string[] = []
  const parts = [clockText(time ?? timestamp), levelText(level, color)]
  const text = msg ?? message
  if (text !== undefined) parts.push(safe(typeof text === 'string' ? text : JSON.stringify(text)))
  for (const [key, value] of Object.entries(fields)) parts.push(`${dim(safe(key), color)}=${valueText(value, stacks)}`)
  return [parts.join(' '), ...stacks].join('\n')
}

function clockText(time: unknown): string {
  const date = new Date(typeof time === 'number' || typeof time === 'string' ? time : Number.NaN)
  return Number.isNaN(date.getTime()) ? '--:--:--.---' : date.toISOString().slice(11, 23)
}

function levelText(level: unknown, color: boolean): string {
  const name = safe(typeof level === 'number' ? (PINO_LEVELS[level] ?? String(level)) : String(level ?? '-'))
  const padded = name.toUpperCase().padEnd(LEVEL_CHARS)
  const code = Object.hasOwn(COLORS, name) ? COLORS[name] : 35
  return color ? `\u001b[${code}m${padded}\u001b[0m` : padded
}

function dim(text: string, color: boolean): string {
  return color ? `\u001b[2m${text}\u001b[0m` : text
}

function valueText(value: unknown, stacks: string[]): string {
  if (typeof value === 'string') return PLAIN.test(value) ? safe(value) : safe(JSON.stringify(value))
  if (typeof value !== 'object' || value === null) return String(value)
  const { stack, ...rest } = value as Readonly<Record<string, unknown>>
  if (typeof stack !== 'string') return safe(JSON.stringify(value))
  stacks.push(...stack.split(/\r?\n/).map((frame) => `    ${safe(frame)}`))
  return safe(JSON.stringify(rest))
}

/** No character of a field may move the cursor. */
function safe(text: string): string {
  return text.replace(UNSAFE, (char) => '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** Whether `auto` means pretty: a terminal reads, and neither `NO_COLOR` nor `CI` is set. */
export function isForPeople(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env['NO_COLOR'] && !env['CI']
}
