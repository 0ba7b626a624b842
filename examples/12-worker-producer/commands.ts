// What crosses the thread: both sides import this one set, and connecting compares it.
import { defineCommands, fixed, structured, text } from '@loopwright/eventloop/worker'

export interface Summary {
  readonly readings: number
  readonly mean: number
}

export const commands = defineCommands({
  /** Sensor and reading. */
  reading: fixed(),
  note: text(),
  summary: structured<Summary>(),
})
