// Groups of an event that cannot nest: collected as a record, and added as one field when the event ends.
import type { Event } from '../event/event.ts'
import type { EventHost } from '../event/host.ts'
import type { FieldKey } from '../event/key-table.ts'
import { RecordEvent } from '../event/record-event.ts'

export class CollectedGroup {
  /** What is in the group, and in the groups within it, goes here. */
  readonly event: RecordEvent
  readonly #key: FieldKey
  #depth = 1

  constructor(level: number, host: EventHost, key: FieldKey) {
    this.event = new RecordEvent(level, host)
    this.event.openObject(key)
    this.#key = key
  }

  /** A group was opened within this one. */
  deepen(): void {
    this.#depth++
  }

  /** Closes all its groups; one without members leaves no trace. */
  addTo(event: Event): void {
    for (; this.#depth > 0; this.#depth--) this.event.closeObject(true)
    const { name } = this.#key
    if (Object.hasOwn(this.event.record, name)) event.addField(this.#key, this.event.record[name])
  }
}
