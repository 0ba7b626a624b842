// The part of a pino instance that this package uses, and the symbols under which it is found.
import { LogError } from '@loopwright/logiface'

/** A pino instance; pino's `Logger` fits. */
export interface PinoLike {
  readonly version: string
  readonly levels: { readonly labels: Readonly<Record<number, string>>; readonly values: Readonly<Record<string, number>> }
  level: string
}

/** Symbols by their description without the prefix `pino.`. */
export const NEEDED_SYMBOLS = [
  'lsCache',
  'levelVal',
  'chindings',
  'asJson',
  'write',
  'time',
  'stream',
  'stringify',
  'stringifySafe',
  'stringifiers',
  'end',
  'messageKey',
  'errorKey',
  'serializers',
  'formatters',
  'hooks',
] as const
export type NeededSymbol = (typeof NEEDED_SYMBOLS)[number]

export const OTHER_SYMBOLS = [
  'setLevel',
  'getLevel',
  'levelComp',
  'useLevelLabels',
  'useOnlyCustomLevels',
  'mixin',
  'redactFmt',
  'timeSliceIndex',
  'formatOpts',
  'nestedKey',
  'nestedKeyStr',
  'mixinMergeStrategy',
  'msgPrefix',
  'wildcardFirst',
  'parsedChindings',
] as const
export type KnownSymbol = NeededSymbol | (typeof OTHER_SYMBOLS)[number]

export interface PinoSymbols {
  readonly found: Readonly<Partial<Record<KnownSymbol, symbol>>>
  /** Needed ones that the instance lacks. */
  readonly missing: readonly string[]
  /** Descriptions of symbols on the instance that are not pino's. */
  readonly unknown: readonly string[]
}

/** Looks for pino's symbols along the prototype chain: the copy of pino that made the instance need not be ours. */
export function findSymbols(instance: object): PinoSymbols {
  const known = new Set<string>([...NEEDED_SYMBOLS, ...OTHER_SYMBOLS])
  const found: Partial<Record<KnownSymbol, symbol>> = {}
  const unknown: string[] = []
  const base = pinoPrototype(instance)
  for (
    let object: object | null = instance;
    object !== null && object !== Object.prototype;
    object = Object.getPrototypeOf(object) as object | null
  ) {
    for (const symbol of Object.getOwnPropertySymbols(object)) {
      const name = symbol.description?.startsWith('pino.') === true ? symbol.description.slice(5) : undefined
      if (name !== undefined && known.has(name)) found[name as KnownSymbol] ??= symbol
      else if (object !== base && isBelow(object, base) && !isEmitterSymbol(symbol)) unknown.push(String(symbol.description))
    }
  }
  const stringifiers =
    found.stringifiers === undefined ? undefined : (Reflect.get(instance, found.stringifiers) as object | undefined)
  for (const symbol of Object.getOwnPropertySymbols(stringifiers ?? {}))
    if (symbol.description === 'pino.wildcardFirst') found.wildcardFirst = symbol
  return { found, missing: NEEDED_SYMBOLS.filter((name) => found[name] === undefined), unknown }
}

/** The prototype that pino gives its instances: the one that owns `child` and `bindings`. */
export function pinoPrototype(instance: object): object | undefined {
  let found: object | undefined
  for (let object: object | null = instance; object !== null; object = Object.getPrototypeOf(object) as object | null)
    if (Object.hasOwn(object, 'child') && Object.hasOwn(object, 'bindings')) found = object
  return found
}

function isBelow(object: object, base: object | undefined): boolean {
  return base !== undefined && Object.prototype.isPrototypeOf.call(base, object)
}

/** Node keeps its own state on event emitters under symbols. */
function isEmitterSymbol(symbol: symbol): boolean {
  return /^(kCapture|shapeMode|events\.|nodejs\.)/.test(symbol.description ?? '')
}

/** @throws LogError `ERR_LOG_BACKEND` unless the value looks like a pino instance of a version that is supported. */
export function checkPino(instance: PinoLike): void {
  if (
    (typeof instance !== 'object' && typeof instance !== 'function') ||
    instance === null ||
    typeof instance.version !== 'string' ||
    typeof instance.levels !== 'object'
  )
    throw new LogError('ERR_LOG_BACKEND', 'pinoBackend takes a pino instance: pinoBackend(pino(options, stream))')
}

/** The major version, as a number. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}
