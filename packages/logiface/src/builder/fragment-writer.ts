// Writes fields into a fragment, to be added to many events.
import { LogError } from '../errors.ts'
import type { FieldSink } from './field-sink.ts'
import { FieldWriter } from './nested-builder.ts'

/** The field methods over one fragment. */
export class FragmentWriter extends FieldWriter {
  #at: FieldSink

  constructor(sink: FieldSink) {
    super()
    this.#at = sink
  }

  protected override sink(): FieldSink {
    return this.#at
  }

  protected override enter(): void {
    throw new LogError('ERR_LOG_FIELD', 'a group cannot be opened within a fragment')
  }
}
