// What a producer may say: the typed set of commands that both ends of a port are made with.
import {
  COMMAND_MASK,
  KIND_BYTES,
  KIND_ERROR,
  KIND_FIXED,
  KIND_FLOAT,
  KIND_LATIN1,
  KIND_STRUCTURED,
  KIND_UTF16,
  KIND_UTF8,
} from './layout.ts'

export const COMMAND_KINDS = ['fixed', 'float', 'text', 'bytes', 'structured', 'failure'] as const
export type CommandKind = (typeof COMMAND_KINDS)[number]

declare const input: unique symbol
declare const output: unique symbol

/** One command: its encoding, what `submit` takes, and what the handler gets. */
export interface Command<In extends readonly unknown[], Out extends readonly unknown[]> {
  readonly kind: CommandKind
  readonly [input]?: In
  readonly [output]?: Out
}

/** The members of a set by name; made by the functions below. */
export type CommandSet = Readonly<Record<string, { readonly kind: CommandKind }>>

/** The arguments that `submit` takes after the command's name. */
export type CommandInput<C> = C extends Command<infer In, readonly unknown[]> ? In : never
/** The arguments that the handler is called with. */
export type CommandOutput<C> = C extends { readonly [output]?: infer Out extends readonly unknown[] } ? Out : never

/** One handler for each command. */
export type IngressHandlers<Set extends CommandSet> = {
  readonly [Name in keyof Set]: (...args: CommandOutput<Set[Name]>) => void
}

/** A checked set of commands; make it once, in a module that both threads import. */
export interface Commands<Set extends CommandSet> {
  readonly names: readonly (keyof Set & string)[]
  readonly kinds: readonly CommandKind[]
  /** Compared when a port is claimed, so that two threads with different sets never talk past each other. */
  readonly hash: number
  readonly definitions: Set
}

/** Two 32-bit integers; what is left out is 0. Nothing is allocated on either side. */
export function fixed(): Command<[first?: number, second?: number], [first: number, second: number]> {
  return { kind: 'fixed' }
}

/** One double, kept to the bit. Nothing is allocated on either side. */
export function float(): Command<[value: number], [value: number]> {
  return { kind: 'float' }
}

/** One string of any content, lone surrogates included. Cheapest when every character is below U+0100. */
export function text(): Command<[text: string], [text: string]> {
  return { kind: 'text' }
}

/** Bytes; the handler gets a copy of its own. */
export function bytes(): Command<[bytes: Uint8Array], [bytes: Uint8Array<ArrayBuffer>]> {
  return { kind: 'bytes' }
}

/** Any value that the structured clone algorithm takes, copied, never transferred. An `Error` at the top arrives as a `LoopError`. */
export function structured<T>(): Command<[value: T], [value: T]> {
  return { kind: 'structured' }
}

/** A failure: an error crosses as `{ name, code, message }` and arrives as a `LoopError` with the same code. */
export function failure(): Command<[error: unknown], [error: Error]> {
  return { kind: 'failure' }
}

/**
 * Checks a set of commands and numbers them in the order of definition.
 *
 * @throws TypeError if a member is not a command, or there is none, or more than 65 535.
 */
export function defineCommands<const Set extends CommandSet>(definitions: Set): Commands<Set> {
  const names = Object.keys(definitions)
  if (names.length === 0 || names.length > COMMAND_MASK) {
    throw new TypeError(`commands must have 1 to ${COMMAND_MASK} members, got ${names.length}`)
  }
  const kinds = names.map((name) => {
    const kind = definitions[name]?.kind
    if (kind === undefined || !COMMAND_KINDS.includes(kind))
      throw new TypeError(`commands.${name} must be made by fixed(), float(), text(), bytes(), structured() or failure()`)
    return kind
  })
  return Object.freeze({ names, kinds, hash: hashOf(names, kinds), definitions })
}

/** FNV-1a over names and kinds, in order; a separator that no kind holds keeps two sets from running together. */
function hashOf(names: readonly string[], kinds: readonly CommandKind[]): number {
  let hash = 0x811c9dc5
  for (const [index, name] of names.entries()) {
    for (const character of `${name.length}:${name}=${kinds[index]};`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
    }
  }
  return hash
}

/** Whether a slot of `kind` may belong to a command that was declared as `declared`. */
export function kindFits(declared: CommandKind, kind: number): boolean {
  switch (declared) {
    case 'fixed':
      return kind === KIND_FIXED
    case 'float':
      return kind === KIND_FLOAT
    case 'text':
      return kind === KIND_LATIN1 || kind === KIND_UTF8 || kind === KIND_UTF16
    case 'bytes':
      return kind === KIND_BYTES
    case 'structured':
      return kind === KIND_STRUCTURED || kind === KIND_ERROR
    case 'failure':
      return kind === KIND_ERROR
    default:
      throw new TypeError(`unknown kind of command: ${String(declared satisfies never)}`)
  }
}
