// Field keys, encoded once: their text, and whether anything redacts them.
import type { PathState } from '../redact/automaton.ts'
import type { Redactor } from '../redact/redactor.ts'
import { flat } from '../text/json-text.ts'

const MAX_KEYS = 4096

/** How a backend writes keys. */
export interface KeyDialect {
  /** The text before a value, such as `,"key":`. `nested`: within an object or group, where no key is reserved. */
  encode(name: string, nested: boolean): string
  /** What the backend wants to find at a key again, such as a serializer. Called once a key. */
  describe?(name: string): unknown
}

/** One key as a backend writes it. */
export class FieldKey {
  readonly name: string
  /** The text before the value, such as `,"key":`. */
  readonly text: string
  /** Whether no rule looks at a scalar under this key at the top of an event. */
  readonly clear: boolean
  /** Where redaction stands below this key at the top of an event. */
  readonly state: PathState | undefined
  /** What `KeyDialect.describe` returned. */
  readonly data: unknown

  constructor(name: string, text: string, redactor: Redactor | undefined, data: unknown) {
    this.name = name
    this.text = text
    this.state = redactor?.member(redactor.automaton.root, name)
    this.clear = redactor === undefined || (this.state?.censored !== true && !redactor.hasTests)
    this.data = data
  }
}

/** The keys of one root logger and one backend; past 4096 keys encoding goes on without the cache. */
export class KeyTable {
  /** Before each element of an array. */
  readonly element: FieldKey = new FieldKey('', ',', undefined, undefined)
  readonly #dialect: KeyDialect
  readonly #redactor: Redactor | undefined
  readonly #top = new Map<string, FieldKey>()
  readonly #nested = new Map<string, FieldKey>()

  constructor(dialect: KeyDialect, redactor: Redactor | undefined) {
    this.#dialect = dialect
    this.#redactor = redactor
  }

  /** hot: benchmarks/logiface/four-fields */
  top(name: string): FieldKey {
    return this.#top.get(name) ?? this.#make(this.#top, name, false)
  }

  nested(name: string): FieldKey {
    return this.#nested.get(name) ?? this.#make(this.#nested, name, true)
  }

  #make(keys: Map<string, FieldKey>, name: string, nested: boolean): FieldKey {
    const text = String(name)
    const key = new FieldKey(
      text,
      flat(this.#dialect.encode(text, nested)),
      this.#redactor,
      nested ? undefined : this.#dialect.describe?.(text),
    )
    if (keys.size < MAX_KEYS && typeof name === 'string') keys.set(text, key)
    return key
  }
}
