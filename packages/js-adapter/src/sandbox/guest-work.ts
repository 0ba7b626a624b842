// What `run`, `call`, `set`, `get` and `exit` do once they are inside an entry.
import type { Core } from '../runtime/core.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import type { Ending } from './ending.ts'

const GLOBAL_CODE = 0
const MODULE_CODE = 1

export interface Source {
  readonly text: string
  readonly fileName: string
  readonly module: boolean
}

/** @returns the owned value of the last expression. */
export function runSource(core: Core, { text, fileName, module }: Source): number {
  try {
    return core.marshal.checked(core.evaluate(text, fileName, module ? MODULE_CODE : GLOBAL_CODE))
  } catch (thrown) {
    throw thrown instanceof GuestThrow ? core.errorFrom(thrown, { text, fileName }) : thrown
  }
}

/** The main script of a program: its exception takes the path of an uncaught one. */
export function runProgram(core: Core, ending: Ending, { text, fileName, module }: Source): number {
  const { instance, latch } = core
  try {
    return core.marshal.checked(core.evaluate(text, fileName, module ? MODULE_CODE : GLOBAL_CODE))
  } catch (thrown) {
    if (!(thrown instanceof GuestThrow)) throw thrown
    if (latch.set) throw core.errorFrom(thrown, { text, fileName })
    const copy = instance.exports._QTS_DupValuePointer(instance.ctx, thrown.pointer)
    const error = core.errorFrom(new GuestThrow(copy), { text, fileName })
    if (core.condemned === undefined) {
      const fatalBefore = ending.fatal
      core.reportUncaught(thrown.pointer, 'uncaughtException')
      if (ending.fatal !== undefined && fatalBefore === undefined) ending.fatal = error
    }
    throw error
  }
}

/** Writes an owned value to the guest's console. @returns the owned `undefined`. */
export function showResult({ marshal }: Core, value: number): number {
  try {
    marshal.runProfile('showResult', value)
  } finally {
    marshal.free(value)
  }
  return marshal.newUndefined()
}

/** @returns the owned result of the function at a dotted path. */
export function callPath({ marshal }: Core, path: string, args: readonly unknown[]): number {
  const pathText = marshal.newText(path)
  const encoded = marshal.newText(marshal.encode(args))
  try {
    return marshal.callProfile('callPath', pathText, encoded)
  } finally {
    marshal.free(pathText)
    marshal.free(encoded)
  }
}

/** @param encoded - the value, as `marshal.encode` wrote it. */
export function setGlobal({ marshal }: Core, name: string, encoded: string): void {
  const key = marshal.newText(name)
  const text = marshal.newText(encoded)
  try {
    marshal.runProfile('setGlobal', key, text)
  } finally {
    marshal.free(key)
    marshal.free(text)
  }
}

/** @param name - an identifier. */
export function readGlobal(core: Core, name: string, maxBytes: number): unknown {
  const { marshal } = core
  const result = marshal.checked(core.evaluate(`typeof ${name} === 'undefined' ? undefined : ${name}`, 'get'))
  try {
    return marshal.exportValue(result, undefined, maxBytes)
  } finally {
    marshal.free(result)
  }
}

export function exitGuest({ marshal }: Core, code: number): void {
  const number = marshal.newNumber(code)
  try {
    marshal.runProfile('exit', number)
  } finally {
    marshal.free(number)
  }
}
