// Which number a level has in pino.
import { LogError } from '@loopwright/logiface'
import type { PinoLike } from './pino-like.ts'

/** Levels by name; a name that is not listed keeps its number. */
export type LevelMap = Readonly<Record<string, number>>

/** emerg to trace */
const STANDARD: readonly number[] = [60, 60, 50, 50, 40, 40, 30, 20, 10]
const CUSTOM_BASE = 60

/** @throws LogError `ERR_LOG_OPTION`. */
export function checkLevelMap(map: LevelMap): LevelMap {
  for (const [name, level] of Object.entries(map))
    if (!Number.isInteger(level) || level < 1 || level > 2 ** 31 - 1)
      throw new LogError('ERR_LOG_OPTION', `levelMap.${name} must be an integer from 1 to 2^31 - 1, got ${String(level)}`)
  return map
}

/** A level that pino itself has by this name comes first, then `levelMap`, then the table. */
export function pinoLevel(level: number, name: string, pino: PinoLike, map: LevelMap): number {
  if (Object.hasOwn(map, name)) return map[name] as number
  if (Object.hasOwn(pino.levels.values, name)) return pino.levels.values[name] as number
  return STANDARD[level] ?? CUSTOM_BASE + level
}
