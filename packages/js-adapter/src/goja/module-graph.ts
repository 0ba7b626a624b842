// ES modules of a runtime: their texts come from an asynchronous host loader, before the engine's synchronous one asks for them.
import type { Engine } from '../engine/engine.ts'
import { Instance } from '../engine/instance.ts'
import { JsAdapterError, LimitError } from '../errors.ts'
import { utf8Length } from '../platform/bytes.ts'
import { GuestRefusal } from '../runtime/host-error.ts'
import { resolveNodeBuiltins } from '../runtime/node-builtins.ts'
import type { NodeBuiltin } from '../runtime/node-builtins.ts'
import type { ModuleSource } from '../runtime/modules.ts'

export interface ModuleOptions {
  /** The text of a module by its resolved name; `undefined` when there is none. */
  load(name: string, referrer: string): string | undefined | Promise<string | undefined>
  /** What may be imported, by its resolved name: equal to a text, or matched by a pattern. Nothing else reaches `load`. */
  readonly allow: readonly (string | RegExp)[]
  /** The name under which a specifier is loaded and cached. Default: `./` and `../` are resolved against the referrer, the rest stays. */
  resolve?(specifier: string, referrer: string): string
  /** Modules in sum, 1 to 65536. Default 256. */
  readonly maxModules?: number | undefined
  /** UTF-8 bytes of all module texts in sum. Default 4 MiB. */
  readonly maxSourceBytes?: number | undefined
  /** `node:` modules that are parts of the host profile, which an `Adapter` installs: they need no `allow`. Default: none. */
  readonly nodeBuiltins?: readonly NodeBuiltin[] | undefined
  /** Milliseconds for all loading of one `runModule`. Default 30 000. */
  readonly wallMs?: number | undefined
}

const COMPILE_MODULE = 33
const SCRATCH_MEMORY_BYTES = 64 * 1024 * 1024
/** Imports of literals: `import('name')`. They are loaded ahead, for the engine cannot wait for them. */
const LITERAL_IMPORT = /\bimport\s*\(\s*(['"])((?:(?!\1|\\)[^\n])*)\1\s*\)/g

/** Resolves `./` and `../` as URLs do, by the parts between slashes. */
export function resolveRelative(specifier: string, referrer: string): string {
  if (!specifier.startsWith('./') && !specifier.startsWith('../')) return specifier
  const parts = referrer.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

export class ModuleGraph implements ModuleSource {
  readonly #engine: Engine
  readonly #options: ModuleOptions
  readonly #maxModules: number
  readonly #maxSourceBytes: number
  readonly #wallMs: number
  readonly #texts = new Map<string, string>()
  /** Names that the loader had no text for. */
  readonly #missing = new Set<string>()
  #bytes = 0
  readonly nodeBuiltins: readonly NodeBuiltin[]

  /** @throws RangeError or TypeError that names the member. */
  constructor(engine: Engine, options: ModuleOptions) {
    const { load, allow, maxModules = 256, maxSourceBytes = 4 * 1024 * 1024, wallMs = 30_000 } = options
    if (typeof load !== 'function') throw new TypeError('modules.load must be a function')
    if (!Array.isArray(allow)) throw new TypeError('modules.allow must be a list of texts and patterns')
    if (!Number.isInteger(maxModules) || maxModules < 1 || maxModules > 65_536)
      throw new RangeError(`modules.maxModules must be an integer from 1 to 65536, got ${maxModules}`)
    if (!(maxSourceBytes > 0)) throw new RangeError(`modules.maxSourceBytes must be above 0, got ${maxSourceBytes}`)
    if (!(wallMs > 0)) throw new RangeError(`modules.wallMs must be above 0, got ${wallMs}`)
    this.nodeBuiltins = resolveNodeBuiltins(options.nodeBuiltins)
    this.#engine = engine
    this.#options = options
    this.#maxModules = maxModules
    this.#maxSourceBytes = maxSourceBytes
    this.#wallMs = wallMs
  }

  /** The engine's question while it links. */
  resolve(specifier: string, referrer: string): string | undefined {
    const name = this.nameOf(specifier, referrer)
    return this.allows(name) ? name : undefined
  }
  load(name: string): string | undefined {
    const text = this.#texts.get(name)
    if (text !== undefined || this.#missing.has(name)) return text
    if (this.#isBuiltin(name))
      throw new GuestRefusal({
        type: 'Error',
        message: `the module "${name}" is part of the host profile, which is installed when an Adapter binds the runtime`,
        code: 'ERR_MODULE_NOT_FOUND',
      })
    throw new GuestRefusal({
      type: 'Error',
      message: `the module "${name}" was not loaded ahead: import it by a literal`,
      code: 'ERR_MODULE_NOT_PRELOADED',
    })
  }
  allows(name: string): boolean {
    return this.#options.allow.some((rule) => {
      if (typeof rule === 'string') return rule === name
      rule.lastIndex = 0
      return rule.test(name)
    })
  }
  #isBuiltin(name: string): boolean {
    return this.nodeBuiltins.some((builtin) => builtin === name)
  }
  /** The resolved name. */
  nameOf(specifier: string, referrer: string): string {
    if (this.#isBuiltin(specifier)) return specifier
    return this.#options.resolve?.(specifier, referrer) ?? resolveRelative(specifier, referrer)
  }

  /**
   * Loads a module and all it imports by name. Nothing of it runs.
   * @returns the text of the module itself.
   * @throws JsAdapterError `ERR_MODULE_DENIED`, `ERR_MODULE_NOT_FOUND`, `ERR_LIMIT_SOURCE`, `ERR_LIMIT_WALL`.
   */
  async collect(name: string, given: string | undefined, referrer: string): Promise<string> {
    const deadlineMs = performance.now() + this.#wallMs
    let text = given
    if (text === undefined) {
      if (!this.allows(name)) throw denied(name)
      text = await this.#fetch(name, referrer, deadlineMs)
    } else this.#count(name, text)
    const seen = new Set<string>()
    const waiting: { readonly name: string; readonly text: string }[] = [{ name, text }]
    for (let at = 0; at < waiting.length; at++) {
      const module = waiting[at]
      if (module === undefined || seen.has(module.name)) continue
      seen.add(module.name)
      for (const wanted of await this.#imports(module)) {
        if (this.#isBuiltin(wanted.name) || !this.allows(wanted.name)) continue // the engine's own import fails with the guest's error, at its place
        const found = this.#texts.get(wanted.name) ?? (await this.#fetchOrMiss(wanted.name, module.name, deadlineMs))
        if (found !== undefined) waiting.push({ name: wanted.name, text: found })
      }
    }
    return text
  }

  /** What one module imports: the engine tells as it links it in an instance that runs nothing. */
  async #imports({
    name,
    text,
  }: {
    readonly name: string
    readonly text: string
  }): Promise<readonly { readonly name: string }[]> {
    const wanted = new Map<string, { readonly name: string }>()
    const note = (specifier: string, referrer: string): string => {
      const resolved = this.nameOf(specifier, referrer)
      wanted.set(resolved, { name: resolved })
      return resolved
    }
    for (const match of text.matchAll(LITERAL_IMPORT)) note(match[2] ?? '', name)
    if (!/\b(?:import|export)\b/.test(text)) return [...wanted.values()]
    const instance = Instance.create(await this.#engine.createSubstrate(SCRATCH_MEMORY_BYTES), {
      callFunction: () => 0,
      shouldInterrupt: () => 0,
      freeHostRef: () => {},
      // Each import is answered with an empty module: linking goes on, and names that are missing do not matter here.
      resolveModule: (referrer, specifier) => note(specifier, referrer),
      loadModule: () => '',
    })
    const { exports, ctx, rt } = instance
    exports._QTS_RuntimeSetMaxStackSize(rt, 32 * 1024)
    exports._QTS_RuntimeEnableModuleLoader(rt, 1)
    const bytes = new TextEncoder().encode(text)
    instance.withBytes(bytes, (code) =>
      instance.withUtf8(name, (file) => exports._QTS_Eval(ctx, code, bytes.length, file, 0, COMPILE_MODULE)),
    )
    return [...wanted.values()]
  }

  async #fetchOrMiss(name: string, referrer: string, deadlineMs: number): Promise<string | undefined> {
    try {
      return await this.#fetch(name, referrer, deadlineMs)
    } catch (error) {
      // The guest gets this as the error of its import, at its place; what bounds the loading is the host's to know.
      if (error instanceof JsAdapterError && error.code === 'ERR_MODULE_NOT_FOUND') {
        this.#missing.add(name)
        return undefined
      }
      throw error
    }
  }
  async #fetch(name: string, referrer: string, deadlineMs: number): Promise<string> {
    const known = this.#texts.get(name)
    if (known !== undefined) return known
    const text = await this.#withinWall(this.#options.load(name, referrer), deadlineMs)
    if (text === undefined)
      throw new JsAdapterError('ERR_MODULE_NOT_FOUND', `the module "${name}" was not found`, { context: { name } })
    if (typeof text !== 'string') throw new TypeError(`modules.load("${name}") gave ${typeof text}, not a text`)
    this.#count(name, text)
    return text
  }
  async #withinWall<T>(work: T | Promise<T>, deadlineMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(limit('ERR_LIMIT_WALL', 'wallMs', this.#wallMs, this.#wallMs, 'modules were not loaded in time')),
        Math.max(0, deadlineMs - performance.now()),
      )
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }
  #count(name: string, text: string): void {
    this.#bytes += utf8Length(text)
    if (this.#bytes > this.#maxSourceBytes)
      throw limit('ERR_LIMIT_SOURCE', 'maxSourceBytes', this.#maxSourceBytes, this.#bytes, 'the modules have too many bytes')
    if (this.#texts.size >= this.#maxModules && !this.#texts.has(name))
      throw limit(
        'ERR_LIMIT_SOURCE',
        'maxSourceBytes',
        this.#maxModules,
        this.#texts.size + 1,
        `there are more than maxModules = ${this.#maxModules} modules`,
      )
    this.#texts.set(name, text)
  }
}

function denied(name: string): JsAdapterError {
  return new JsAdapterError('ERR_MODULE_DENIED', `the module "${name}" may not be imported here`, { context: { name } })
}
function limit(
  code: 'ERR_LIMIT_WALL' | 'ERR_LIMIT_SOURCE',
  name: 'wallMs' | 'maxSourceBytes',
  configured: number,
  observed: number,
  message: string,
): LimitError {
  return new LimitError(code, message, { limit: name, configured, observed, operationId: 0 })
}
