// Levels: RFC 5424's eight, trace, and custom ones from 9 up.
import { LogError } from './errors.ts'

export const LEVEL_NAMES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug', 'trace'] as const
/** The name of a standard level; each is a method of every logger. */
export type LevelName = (typeof LEVEL_NAMES)[number]

export const LEVEL_ALIASES = ['error', 'warn', 'critical', 'emergency', 'informational'] as const
/** Accepted wherever a level is given as text; there are no methods of these names. */
export type LevelAlias = (typeof LEVEL_ALIASES)[number]

/** An integer from -1 (disabled) to 127; 0 (emerg) is the most severe, 9 and up are custom. */
export type Level = number

export const LEVEL_DISABLED = -1
export const FIRST_CUSTOM_LEVEL = 9
export const LAST_LEVEL = 127

const ALIASES: Readonly<Record<LevelAlias, Level>> = { error: 3, warn: 4, critical: 2, emergency: 0, informational: 6 }

/** @returns the level of a standard name or alias, or of `disabled`; `undefined` for any other text. */
export function parseLevel(text: string): Level | undefined {
  const index = (LEVEL_NAMES as readonly string[]).indexOf(text)
  if (index >= 0) return index
  if (text === 'disabled') return LEVEL_DISABLED
  return Object.hasOwn(ALIASES, text) ? ALIASES[text as LevelAlias] : undefined
}

/**
 * Checks custom levels and returns the names of all levels, indexed by number.
 *
 * @throws LogError `ERR_LOG_LEVEL` for a name or number out of range, a repeated number, or a name that is taken.
 */
export function resolveLevels(
  custom: Readonly<Record<string, Level>>,
  taken: ReadonlySet<string>,
): readonly (string | undefined)[] {
  const names: (string | undefined)[] = [...LEVEL_NAMES]
  for (const [name, level] of Object.entries(custom)) {
    if (!/^[a-z][a-zA-Z0-9]{0,31}$/.test(name))
      throw new LogError('ERR_LOG_LEVEL', `levels: the name ${JSON.stringify(name)} must match ^[a-z][a-zA-Z0-9]{0,31}$`)
    if (taken.has(name) || parseLevel(name) !== undefined)
      throw new LogError(
        'ERR_LOG_LEVEL',
        `levels: the name ${JSON.stringify(name)} is a member of Logger, a level or an alias already`,
      )
    if (!Number.isInteger(level) || level < FIRST_CUSTOM_LEVEL || level > LAST_LEVEL)
      throw new LogError('ERR_LOG_LEVEL', `levels.${name} must be an integer from 9 to 127, got ${String(level)}`)
    if (names[level] !== undefined)
      throw new LogError('ERR_LOG_LEVEL', `levels.${name}: the number ${level} belongs to ${names[level]} already`)
    names[level] = name
  }
  return Object.freeze(names)
}
