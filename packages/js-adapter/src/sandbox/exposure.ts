// Host functions as globals of the guest: neither writable nor enumerable, alone or in a frozen namespace.
import type { Core } from '../runtime/core.ts'
import { installNamespace, installStub } from '../runtime/stubs.ts'
import type { Stub } from '../runtime/stubs.ts'
import type { HostCalls } from './host-calls.ts'
import type { HostFunction } from './host-functions.ts'
import { IDENTIFIER } from './identifier.ts'

export type Exposed = HostFunction | Readonly<Record<string, HostFunction>>

export interface ExposureOwner {
  readonly core: Core
  readonly hostCalls: HostCalls
  /** Stubs that the image brought, by path. */
  readonly stubs: ReadonlyMap<string, Stub>
  /** Profile code that touches nothing of the guest's. */
  trusted(work: () => void): void
}

/** @throws TypeError or RangeError for a wrong declaration. */
export function exposeGlobal(owner: ExposureOwner, name: string, value: Exposed): void {
  if (!IDENTIFIER.test(name)) throw new TypeError(`expose: "${name}" is not an identifier`)
  if (isHostFunction(value)) {
    if (owner.stubs.has(name)) bindStub(owner, name, value)
    else exposeOne(owner, name, name, value)
    return
  }
  const members = Object.entries(value).map(([key, member]) => {
    if (!IDENTIFIER.test(key)) throw new TypeError(`expose: "${key}" is not an identifier`)
    if (!isHostFunction(member)) throw new TypeError(`expose: ${name}.${key} must be a host function`)
    return [key, member] as const
  })
  if ([...owner.stubs.keys()].some((path) => path.startsWith(`${name}.`))) {
    for (const [key, member] of members) bindStub(owner, `${name}.${key}`, member)
    return
  }
  owner.trusted(() =>
    installNamespace(owner.core, name, () => {
      for (const [key, member] of members) exposeOne(owner, `${name}.${key}`, key, member)
    }),
  )
}

/** The guest's side exists already: only the host's is added. */
function bindStub({ core, hostCalls, stubs }: ExposureOwner, path: string, given: HostFunction): void {
  const stub = stubs.get(path)
  if (stub === undefined) throw new TypeError(`expose: the namespace of "${path}" is the image's, and has no such member`)
  const entry = hostCalls.resolve(path, given)
  if (entry.kind !== stub.kind) throw new TypeError(`expose: "${path}" is ${stub.kind} in the image, got ${entry.kind}`)
  if (entry.raw !== undefined) core.dispatcher.bindRaw(stub.id, path, entry.raw)
  else hostCalls.bind(stub.id, entry)
}

function exposeOne({ core, hostCalls, trusted }: ExposureOwner, path: string, name: string, given: HostFunction): void {
  const entry = hostCalls.resolve(path, given)
  trusted(() => {
    const id = entry.raw === undefined ? hostCalls.add(entry) : core.dispatcher.addRaw(path, entry.raw)
    installStub(core, { path, name, kind: entry.kind, id })
  })
}

function isHostFunction(value: Exposed): value is HostFunction {
  if (typeof value === 'function') return true
  return ['async', 'sync', 'raw'].some((key) => typeof Reflect.get(value, key) === 'function')
}
