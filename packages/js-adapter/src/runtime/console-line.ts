// The quick way of a console line: what every Node prints on one line without a choice is written by the host; all else by the guest.

import { ResultTooLarge } from '../engine/result-too-large.ts'
import type { Marshal } from './marshal.ts'

const BOUNDS = { maxNodes: 64, maxBytes: 10_000 }

/** A stream by the number that the profile gives it. */
export function streamOf(number: number): 'stdout' | 'stderr' {
  return number === 1 ? 'stderr' : 'stdout'
}

/** Longer objects may be broken into lines. */
const MOST_OBJECT_CHARACTERS = 60
/** Levels of objects inside an object that are shown. */
const MOST_DEPTH = 2
const PLAIN_KEY = /^[a-zA-Z_][a-zA-Z_0-9]*$/
/** Texts that are shown as they are, between quotes. */
const PLAIN_TEXT = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/

/**
 * What `util.format` makes of plain copies of the arguments; `undefined` for what takes more than joining texts.
 * hot: benchmarks/js-adapter/console-log-10k-lines
 */
export function plainLine(args: readonly unknown[]): string | undefined {
  const [first] = args
  if (typeof first === 'string' && args.length > 1 && first.includes('%')) return undefined
  let line = ''
  for (let index = 0; index < args.length; index++) {
    const value = args[index]
    const text = typeof value === 'string' ? value : shown(value, 0)
    if (text === undefined) return undefined
    line += index === 0 ? text : ` ${text}`
  }
  return line
}

function shown(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'string':
      return PLAIN_TEXT.test(value) ? `'${value}'` : undefined
    case 'object':
      return value === null ? 'null' : shownObject(value, depth)
    default:
      return undefined
  }
}
function shownObject(value: object, depth: number): string | undefined {
  if (depth > MOST_DEPTH || Array.isArray(value) || Object.getPrototypeOf(value) === null) return undefined
  let text = ''
  for (const [key, item] of Object.entries(value)) {
    const part = PLAIN_KEY.test(key) && key !== '__proto__' ? shown(item, depth + 1) : undefined
    if (part === undefined) return undefined
    text += `${text === '' ? '{ ' : ', '}${key}: ${part}`
    if (text.length > MOST_OBJECT_CHARACTERS) return undefined
  }
  return text === '' ? '{}' : `${text} }`
}

/**
 * The line of a list of arguments in the guest; `undefined` when the guest has to write it. Runs nothing of the guest's.
 * @param constructor - the guest's `Object`, as it was before guest code.
 */
export function readLine(marshal: Marshal, args: number, constructor: number): string | undefined {
  const { reader } = marshal
  if (reader === undefined) return undefined
  try {
    const values = reader.read(args, BOUNDS)
    if (!Array.isArray(values)) return undefined
    const line = plainLine(values)
    if (line === undefined) return undefined
    const showsObjects = values.some((value) => typeof value === 'object' && value !== null)
    return showsObjects && !reader.plainObjectsAreIntact(constructor) ? undefined : `${line}\n`
  } catch (error) {
    if (error instanceof ResultTooLarge) return undefined
    throw error
  }
}
