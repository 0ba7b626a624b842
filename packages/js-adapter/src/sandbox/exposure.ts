// Host functions as globals of the guest: neither writable nor enumerable, alone or in a frozen namespace.
import type { Core } from '../runtime/core.ts'
import type { HostCalls, HostFunction } from './host-calls.ts'

export type Exposed = HostFunction | Readonly<Record<string, HostFunction>>

export const IDENTIFIER: RegExp = /^[A-Za-z_$][\w$]*$/

export interface ExposureOwner {
  readonly core: Core
  readonly hostCalls: HostCalls
  /** Profile code that touches nothing of the guest's. */
  trusted(work: () => void): void
}

/** @throws TypeError or RangeError for a wrong declaration. */
export function exposeGlobal(owner: ExposureOwner, name: string, value: Exposed): void {
  if (!IDENTIFIER.test(name)) throw new TypeError(`expose: "${name}" is not an identifier`)
  if (isHostFunction(value)) {
    exposeOne(owner, name, name, value)
    return
  }
  const members = Object.entries(value).map(([key, member]) => {
    if (!IDENTIFIER.test(key)) throw new TypeError(`expose: "${key}" is not an identifier`)
    if (!isHostFunction(member)) throw new TypeError(`expose: ${name}.${key} must be a host function`)
    return [key, member] as const
  })
  const { marshal, instance } = owner.core
  owner.trusted(() => {
    const path = marshal.newText(name)
    marshal.runProfile('exposeRaw', path, instance.undefined)
    for (const [key, member] of members) exposeOne(owner, `${name}.${key}`, key, member)
    marshal.runProfile('exposeRaw', path, instance.null)
    marshal.free(path)
  })
}

function exposeOne({ core, hostCalls, trusted }: ExposureOwner, path: string, name: string, given: HostFunction): void {
  const entry = hostCalls.resolve(path, given)
  const { marshal, instance, dispatcher } = core
  trusted(() => {
    const pathText = marshal.newText(path)
    if (entry.raw !== undefined) {
      const id = dispatcher.addRaw(path, entry.raw)
      const fn = instance.withUtf8(name, (text) => instance.exports._QTS_NewFunction(instance.ctx, text, 0, 0, id))
      marshal.runProfile('exposeRaw', pathText, fn)
      marshal.free(fn)
    } else {
      const id = marshal.newNumber(hostCalls.add(entry))
      const nameText = marshal.newText(name)
      marshal.runProfile(entry.kind === 'sync' ? 'exposeSync' : 'exposeAsync', id, pathText, nameText)
      marshal.free(id)
      marshal.free(nameText)
    }
    marshal.free(pathText)
  })
}

function isHostFunction(value: Exposed): value is HostFunction {
  if (typeof value === 'function') return true
  return ['async', 'sync', 'raw'].some((key) => typeof Reflect.get(value, key) === 'function')
}
