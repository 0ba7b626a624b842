// The port to a backend's representation of one event.
import type { Level } from '../level.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import type { Instant } from '../text/timestamp.ts'
import type { FieldKey } from './key-table.ts'

/**
 * One event as a backend represents it. Redaction is done before anything arrives here. Each optional adder returns whether
 * it handled the value; an absent one, or `false`, makes the caller fall back to `addField`.
 */
export interface Event {
  readonly level: Level
  addField(key: FieldKey, value: unknown): void
  addString?(key: FieldKey, value: string): boolean
  addNumber?(key: FieldKey, value: number): boolean
  addBoolean?(key: FieldKey, value: boolean): boolean
  addBigInt?(key: FieldKey, value: bigint): boolean
  addTime?(key: FieldKey, value: Instant): boolean
  addDuration?(key: FieldKey, value: Duration): boolean
  addBytes?(key: FieldKey, value: Uint8Array, encoding: ByteEncoding): boolean
  addError?(key: FieldKey, error: unknown): boolean
  addJson?(key: FieldKey, value: unknown): boolean
  /** Valid JSON text on one line. `isError`: it is an error, serialised already. */
  addRaw?(key: FieldKey, json: string, isError: boolean): boolean
  addMessage?(text: string): boolean
  /** The message of an event that was given none, taken from its error. Absent: `addMessage`. */
  addErrorMessage?(text: string): boolean
  /** What follows goes into an object under the key, until `closeObject`. */
  openObject?(key: FieldKey): boolean
  /** @param dropEmpty - an object without members leaves no trace. */
  closeObject?(dropEmpty: boolean): void
  openArray?(key: FieldKey): boolean
  closeArray?(): void
  /** Adds what was added to an event made by `Backend.openFragment`. */
  addFragment?(fragment: Event): boolean
}
