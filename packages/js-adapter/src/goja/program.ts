// Source that was found to compile, to be run any number of times in any runtime.
import type { Engine } from '../engine/engine.ts'
import { JsAdapterError } from '../errors.ts'
import { sha256 as sha256Of } from '../platform/sha256.ts'
import { detailsOf, exceptionFrom } from '../runtime/outcome.ts'
import { parseFrames } from '../values/frames.ts'
import { GuestError } from '../values/guest-values.ts'

export interface CompileOptions {
  /** The engine that checks the syntax; the program runs in runtimes of any engine. */
  readonly engine: Engine
  /** Compiles and runs as strict code. Default `false`. */
  readonly strict?: boolean | undefined
}

/** A compiled program. Immutable; belongs to no runtime. The stock builds run no saved bytecode, so each run parses its source again. */
export class Program {
  readonly name: string
  readonly source: string
  readonly strict: boolean
  /** SHA-256 of the source's UTF-8 bytes, in hexadecimal. */
  readonly sha256: string
  /** @internal Use `compile`. */
  constructor(name: string, source: string, strict: boolean, sha256: string) {
    this.name = name
    this.source = source
    this.strict = strict
    this.sha256 = sha256
    Object.freeze(this)
  }
}

/**
 * Checks the syntax of `source` and keeps it as a program; nothing of it runs. An engine keeps its last 256 programs.
 * @throws SyntaxException with the position of the fault.
 */
export function compile(name: string, source: string, { engine, strict = false }: CompileOptions): Program {
  const bytes = new TextEncoder().encode(source)
  const sha256 = sha256Of(bytes)
  const known = engine.programs.get(name, sha256, strict)
  if (known instanceof Program) return known
  const fault = engine.checkSyntax(bytes, name, strict)
  if (fault !== undefined) {
    const frames = parseFrames(fault.stack)
    const value = new GuestError({ ...fault, frames, partial: false, hostErrorId: 0 })
    throw exceptionFrom(detailsOf(value, false), fault.name === 'SyntaxError')
  }
  const program = new Program(name, source, strict, sha256)
  engine.programs.set(name, sha256, strict, program)
  return program
}

/** @throws JsAdapterError `ERR_VALUE_UNSUPPORTED` for anything but a program. */
export function assertProgram(value: unknown): asserts value is Program {
  if (!(value instanceof Program))
    throw new JsAdapterError('ERR_VALUE_UNSUPPORTED', 'runProgram takes what compile() returned', {
      context: { path: '$', kind: typeof value },
    })
}
