// Guest source: `util.inspect` and `util.format` as Node prints them (depth 2, 80 columns, 100 items, no colours).
// The parts call each other, and the guest evaluates them as one text. The code is our own.
import { inspectFormat } from './inspect-format.ts'
import { inspectKinds } from './inspect-kinds.ts'
import { inspectLayout } from './inspect-layout.ts'
import { inspectText } from './inspect-text.ts'
import { inspectValue } from './inspect-value.ts'

export const inspect: string = [inspectText, inspectValue, inspectKinds, inspectLayout, inspectFormat].join('')
