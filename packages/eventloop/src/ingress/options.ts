// The options of an ingress port, checked once.
import type { CommandSet, Commands, IngressHandlers } from './commands.ts'
import { MAX_CAPACITY, MAX_PAYLOAD_BYTES, MIN_PAYLOAD_BYTES } from './layout.ts'
import type { IngressEnd } from './end.ts'
import type { RingSizes } from './ring-memory.ts'

const DEFAULT_CAPACITY = 4096
const DEFAULT_PAYLOAD_BYTES = 256 * 1024
const MEMBERS: readonly string[] = ['commands', 'handlers', 'capacity', 'payloadBytes', 'onClosed', 'ref']

export interface IngressOptions<Set extends CommandSet> {
  /** The set made by `defineCommands`, the same in the producing thread. */
  readonly commands: Commands<Set>
  /** One function for each command. Called in the external phase, a checkpoint after each. */
  readonly handlers: IngressHandlers<Set>
  /** Records held before the producer is refused. Integer, 1 to 2^20, rounded up to a power of two. Default 4096. */
  readonly capacity?: number | undefined
  /** Bytes held for texts, structured values and bytes. Integer, 4096 to 2^26, rounded up to a power of two. Default 262 144. */
  readonly payloadBytes?: number | undefined
  /** Called once, in the external phase, when the port is closed and everything accepted was read. */
  readonly onClosed?: ((end: IngressEnd) => void) | undefined
  /** Whether the open port keeps the loop alive. Default true. */
  readonly ref?: boolean | undefined
}

export interface ResolvedIngressOptions extends RingSizes {
  readonly commands: Pick<Commands<CommandSet>, 'names' | 'kinds' | 'hash'>
  readonly handlers: Readonly<Record<string, unknown>>
  readonly onClosed: ((end: IngressEnd) => void) | undefined
  readonly ref: boolean
}

/** @throws TypeError or RangeError that names the member. */
export function resolveIngressOptions<Set extends CommandSet>(options: IngressOptions<Set>): ResolvedIngressOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('createIngress needs an options object with commands and handlers')
  for (const name of Object.keys(options))
    if (!MEMBERS.includes(name)) throw new TypeError(`unknown option of createIngress: ${name}`)
  const { commands, handlers, capacity = DEFAULT_CAPACITY, payloadBytes = DEFAULT_PAYLOAD_BYTES, onClosed, ref = true } = options
  if (typeof commands?.hash !== 'number') throw new TypeError('commands must be made by defineCommands')
  if (typeof handlers !== 'object' || handlers === null)
    throw new TypeError('handlers must be an object with one function for each command')
  for (const name of commands.names) {
    if (typeof handlers[name] !== 'function')
      throw new TypeError(`handlers.${name} must be a function, got ${typeof handlers[name]}`)
  }
  for (const name of Object.keys(handlers))
    if (!commands.names.includes(name)) throw new TypeError(`handlers.${name} handles no command of the set`)
  if (onClosed !== undefined && typeof onClosed !== 'function')
    throw new TypeError(`onClosed must be a function, got ${typeof onClosed}`)
  if (typeof ref !== 'boolean') throw new TypeError(`ref must be a boolean, got ${typeof ref}`)
  return {
    commands,
    handlers,
    capacity: powerOfTwo('capacity', capacity, 1, MAX_CAPACITY),
    payloadBytes: powerOfTwo('payloadBytes', payloadBytes, MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES),
    onClosed,
    ref,
  }
}

function powerOfTwo(name: string, value: number, least: number, most: number): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, got ${value}`)
  }
  return 2 ** Math.ceil(Math.log2(value))
}
