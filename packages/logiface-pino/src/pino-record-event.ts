// An event as the object that pino is given.
import type { EventHost, FieldKey } from '@loopwright/logiface/backend'
import { RecordEvent } from '@loopwright/logiface/backend'
import type { Event } from '@loopwright/logiface'
import { PinoFragment } from './pino-fragment.ts'

/** Remembers which members are errors that were serialised already. */
export class PinoRecordEvent extends RecordEvent {
  readonly #serialised: WeakSet<object>

  constructor(level: number, host: EventHost, serialised: WeakSet<object>, copies = false) {
    super(level, host, copies)
    this.#serialised = serialised
  }

  override addRaw(key: FieldKey, json: string, isError = false): boolean {
    const value: unknown = JSON.parse(json)
    if (isError && typeof value === 'object' && value !== null) this.#serialised.add(value)
    this.addField(key, value)
    return true
  }

  override addFragment(fragment: Event): boolean {
    return super.addFragment(fragment instanceof PinoFragment ? fragment.record : fragment)
  }

  /** pino takes the message of an error itself. */
  addErrorMessage(): boolean {
    return true
  }
}
