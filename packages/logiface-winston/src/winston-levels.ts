// Which level of winston a level is.
import type { LevelName } from '@loopwright/logiface'

/** Names to look for in the logger's own levels, the nearest first. */
const NEAREST: Readonly<Record<LevelName, readonly string[]>> = {
  emerg: ['emerg', 'error'],
  alert: ['alert', 'error'],
  crit: ['crit', 'error'],
  err: ['err', 'error'],
  warning: ['warning', 'warn'],
  notice: ['notice', 'warn', 'warning'],
  info: ['info'],
  debug: ['debug'],
  trace: ['trace', 'silly', 'debug'],
}

export interface WinstonLevel {
  /** What `info.level` says. */
  readonly shown: string
  /** What decides whether transports take it. */
  readonly symbol: string
}

/** A level that winston lacks is carried by its most severe one, so it passes every filter, and prints as itself. */
export function winstonLevel(
  name: string,
  levels: Readonly<Record<string, number>>,
  map: Readonly<Record<string, string>>,
): WinstonLevel {
  const mapped = Object.hasOwn(map, name)
    ? [map[name] as string]
    : Object.hasOwn(NEAREST, name)
      ? NEAREST[name as LevelName]
      : [name]
  for (const candidate of mapped) if (Object.hasOwn(levels, candidate)) return { shown: candidate, symbol: candidate }
  let symbol = name
  let lowest = Number.POSITIVE_INFINITY
  for (const [candidate, severity] of Object.entries(levels)) {
    if (severity >= lowest) continue
    symbol = candidate
    lowest = severity
  }
  return { shown: name, symbol }
}

/**
 * A table of levels to configure winston with: all standard levels by their number, and custom levels with the severity of `emerg`, so
 * that no threshold stops them. A logger fits as the argument, and so do the options of one.
 */
export function winstonLevels({
  levels,
}: {
  readonly levels?: Readonly<Record<string, number>> | undefined
}): Record<string, number> {
  const table: Record<string, number> = {
    emerg: 0,
    alert: 1,
    crit: 2,
    err: 3,
    warning: 4,
    notice: 5,
    info: 6,
    debug: 7,
    trace: 8,
  }
  for (const [name, level] of Object.entries(levels ?? {})) table[name] = level > 8 ? 0 : level
  return table
}
