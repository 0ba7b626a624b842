// The line format: what stands in a line, whoever writes it.
import { LogError } from '../errors.ts'
import type { Backend } from '../event/backend.ts'
import type { EventHost } from '../event/host.ts'
import type { KeyDialect } from '../event/key-table.ts'
import type { Event } from '../event/event.ts'
import { OnceEvent } from '../event/once-event.ts'
import type { TextFormat } from '../event/text-event.ts'
import { TextEvent } from '../event/text-event.ts'
import type { Level } from '../level.ts'
import { flat, quote } from '../text/json-text.ts'
import { LineTimestamp } from '../text/timestamp.ts'

export interface LineFormatOptions {
  /** The time of each line: milliseconds since 1970, or RFC 3339 in UTC. Default `epoch`. */
  readonly time?: 'epoch' | 'iso' | undefined
  /** How `num()` writes NaN and the infinities: as `null`, or as their names in quotes. Default `null`. */
  readonly nonFinite?: 'null' | 'string' | undefined
  /** How `dur()` writes: `text` as `"1.500s"`, `ms` as a number of milliseconds. Default `text`. */
  readonly durations?: 'text' | 'ms' | undefined
  /** A key given twice: `keep` (default) writes both, as `JSON.parse` keeps the last; `last` writes only that, for a price. */
  readonly duplicates?: 'keep' | 'last' | undefined
}

/** An event that becomes a line. */
export interface LineEvent extends Event {
  line(): string
}

/** The part of a backend that makes events of the line format. */
export interface LineFormat extends Required<Pick<Backend<LineEvent>, 'newEvent' | 'openFragment'>> {
  readonly keys: KeyDialect
  readonly format: string
  /** The start of a line: level and time. */
  head(level: Level, host: EventHost): string
}

const RESERVED: readonly string[] = ['level', 'time', 'msg']

/** @throws LogError `ERR_LOG_OPTION`. */
export function createLineFormat(options: LineFormatOptions, reserved: readonly string[] = []): LineFormat {
  const { time = 'epoch', nonFinite = 'null', durations = 'text', duplicates = 'keep' } = options
  oneOf('time', time, ['epoch', 'iso'])
  oneOf('nonFinite', nonFinite, ['null', 'string'])
  oneOf('durations', durations, ['text', 'ms'])
  oneOf('duplicates', duplicates, ['keep', 'last'])
  const text: TextFormat = { nonFinite, durations, messageText: ',"msg":' }
  const timestamp = time === 'iso' ? new LineTimestamp() : undefined
  const starts: string[] = []
  let names: EventHost['levelNames'] = []
  const taken = new Set([...RESERVED, ...reserved])
  const head = (level: Level, host: EventHost): string => {
    const epochMs = host.clock.epochMs()
    if (host.levelNames !== names) {
      names = host.levelNames
      starts.length = 0
    }
    const start = (starts[level] ??= flat('{"level":"' + host.levelName(level) + '","time":'))
    return timestamp === undefined ? start + epochMs : start + '"' + timestamp.text(Math.trunc(epochMs)) + '"'
  }
  return {
    keys: { encode: (name, nested) => ',' + quote(!nested && taken.has(name) ? name + '_' : name) + ':' },
    format: `line ${time} ${nonFinite} ${durations} ${duplicates} ${reserved.join(' ')}`,
    head,
    newEvent:
      duplicates === 'keep'
        ? (level, host) => new TextEvent(level, head(level, host), host, text)
        : (level, host) => new OnceEvent(level, head(level, host), host, text),
    openFragment: duplicates === 'keep' ? (host) => new TextEvent(0, '', host, text) : (host) => new OnceEvent(0, '', host, text),
  }
}

function oneOf(member: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value))
    throw new LogError('ERR_LOG_OPTION', `${member} must be one of ${allowed.join(', ')}, got ${String(value)}`)
}
