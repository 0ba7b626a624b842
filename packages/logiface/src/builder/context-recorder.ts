// Records fields for a sub-logger, and binds them.
import { LogError } from '../errors.ts'
import { RecordEvent } from '../event/record-event.ts'
import { parseLevel } from '../level.ts'
import type { PathState } from '../redact/automaton.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import { callSiteOf } from './call-site.ts'
import { FragmentWriter } from './fragment-writer.ts'
import type { ContextBuilder, Fields, Modifier } from './fields.ts'
import { FieldSink } from './field-sink.ts'
import type { BoundFrame, BoundPart, LoggerRoot } from './logger-core.ts'
import { LoggerCore } from './logger-core.ts'

interface Recorded {
  readonly isLazy: boolean
  readonly replay: (fields: Fields) => void
}

interface RecordedFrame {
  readonly group: string | undefined
  readonly ops: Recorded[]
}

/** `log.with()`: fields are kept as calls until `logger()` encodes them. */
export class ContextRecorder<L> implements ContextBuilder<L> {
  readonly #parent: LoggerCore
  readonly #make: (core: LoggerCore) => L
  readonly #frames: RecordedFrame[] = [{ group: undefined, ops: [] }]
  readonly #modifiers: Modifier[] = []
  #level: number | undefined = undefined

  constructor(parent: LoggerCore, make: (core: LoggerCore) => L) {
    this.#parent = parent
    this.#make = make
  }

  str(key: string, value: Parameters<Fields['str']>[1]): this {
    return this.#record(value, (fields) => fields.str(key, value))
  }

  num(key: string, value: Parameters<Fields['num']>[1]): this {
    return this.#record(value, (fields) => fields.num(key, value))
  }

  big(key: string, value: Parameters<Fields['big']>[1]): this {
    return this.#record(value, (fields) => fields.big(key, value))
  }

  bool(key: string, value: Parameters<Fields['bool']>[1]): this {
    return this.#record(value, (fields) => fields.bool(key, value))
  }

  time(key: string, value: Parameters<Fields['time']>[1]): this {
    return this.#record(value, (fields) => fields.time(key, value))
  }

  dur(key: string, value: Parameters<Fields['dur']>[1]): this {
    return this.#record(value, (fields) => fields.dur(key, value))
  }

  bytes(key: string, value: Parameters<Fields['bytes']>[1], encoding?: ByteEncoding): this {
    return this.#record(value, (fields) => fields.bytes(key, value, encoding))
  }

  err(error: unknown, key: string = this.#parent.root.backend?.errorKey ?? 'err'): this {
    return this.#record(undefined, (fields) => fields.err(error, key))
  }

  json(key: string, value: unknown): this {
    return this.#record(value, (fields) => fields.json(key, value))
  }

  any(key: string, value: unknown): this {
    return this.#record(value, (fields) => fields.any(key, value))
  }

  obj(key: string, build: Parameters<Fields['obj']>[1]): this {
    return this.#record(undefined, (fields) => fields.obj(key, build))
  }

  arr(key: string, build: Parameters<Fields['arr']>[1]): this {
    return this.#record(undefined, (fields) => fields.arr(key, build))
  }

  raw(key: string, json: Parameters<Fields['raw']>[1]): this {
    return this.#record(json, (fields) => fields.raw(key, json))
  }

  fields(record: Readonly<Record<string, unknown>>): this {
    try {
      for (const key of Object.keys(record)) this.any(key, record[key])
    } catch (error) {
      this.#parent.root.host.fail('field', error)
    }
    return this
  }

  group(name: string): this {
    this.#frames.push({ group: name, ops: [] })
    return this
  }

  call(use: (fields: this) => void): this {
    try {
      use(this)
    } catch (error) {
      this.#parent.root.host.fail('field', error)
    }
    return this
  }

  callSite(key = 'caller'): this {
    return this.json(key, callSiteOf(this.callSite))
  }

  /** @throws LogError `ERR_LOG_LEVEL` for a name or number that is no level. */
  level(level: number | string): this {
    this.#level = resolveThreshold(level, this.#parent.root.host.levelNames)
    return this
  }

  modify(modifier: Modifier): this {
    this.#modifiers.push(modifier)
    return this
  }

  logger(): L {
    const { root, cell, modifiers } = this.#parent
    const frames = appendFrames(this.#parent, this.#frames)
    const own = this.#level === undefined ? cell : { value: this.#level }
    return this.#make(new LoggerCore(root, own, frames, [...modifiers, ...this.#modifiers]))
  }

  #record(value: unknown, replay: (fields: Fields) => void): this {
    this.#frames[this.#frames.length - 1]?.ops.push({ isLazy: typeof value === 'function', replay })
    return this
  }
}

/** @throws LogError `ERR_LOG_LEVEL`. */
export function resolveThreshold(level: number | string, names: readonly (string | undefined)[]): number {
  const value = typeof level === 'string' ? (parseLevel(level) ?? names.indexOf(level)) : level
  if (
    !Number.isInteger(value) ||
    value < -1 ||
    value > 127 ||
    (typeof level === 'string' && value === -1 && level !== 'disabled')
  )
    throw new LogError(
      'ERR_LOG_LEVEL',
      `level must be the name of a level or an integer from -1 to 127, got ${JSON.stringify(level) ?? typeof level}`,
    )
  return value
}

/** The frames of a parent with those of a context after them; each run of plain values becomes one fragment. */
function appendFrames(parent: LoggerCore, recorded: readonly RecordedFrame[]): readonly BoundFrame[] {
  const { root } = parent
  const frames = parent.frames.slice(0, -1)
  const last = parent.frames[parent.frames.length - 1] as BoundFrame
  const names = parent.frames.flatMap(({ group }) => (group === undefined ? [] : [group]))
  for (const [i, { group, ops }] of recorded.entries()) {
    if (group !== undefined) names.push(group)
    const parts = bind(root, names, ops)
    frames.push(i === 0 ? { group: last.group, parts: [...last.parts, ...parts] } : { group, parts })
  }
  return frames
}

export function bind(root: LoggerRoot, groups: readonly string[], ops: readonly Recorded[]): readonly BoundPart[] {
  const { host, backend } = root
  const parts: BoundPart[] = []
  let state: PathState | undefined = host.redactor?.automaton.root
  for (const group of groups) state = host.redactor?.member(state as PathState, group)
  const sinks: FieldSink[] = []
  let open: FragmentWriter | undefined
  for (const { isLazy, replay } of ops) {
    if (isLazy) {
      open = undefined
      parts.push({ replay })
      continue
    }
    if (open === undefined) {
      const made = backend?.openFragment?.(host, groups.length > 0)
      // events that cannot nest take what is in a group as a record
      const fragment = groups.length > 0 && made?.openObject === undefined ? undefined : made
      const kept = fragment ?? new RecordEvent(0, host, true)
      const sink = new FieldSink(host, kept, groups.length, state, groups)
      sinks[parts.length] = sink
      parts.push(fragment === undefined ? { replay: (fields) => void fields.fields((kept as RecordEvent).record) } : { fragment })
      open = new FragmentWriter(sink)
    }
    replay(open)
  }
  return parts.map((part, i) => {
    const sink = sinks[i]
    return sink === undefined ? part : { ...part, error: snapshot(sink.error) }
  })
}

/** An error may change after it was bound; what was taken from it does not. */
function snapshot(error: unknown): object | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    return { message: Reflect.get(error, 'message') as unknown }
  } catch {
    return undefined // a getter that throws: the field itself says so
  }
}
