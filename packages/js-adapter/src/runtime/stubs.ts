// The guest's side of host functions: stubs that call the host by a number, alone or in a frozen namespace.
import type { Machine } from './entry.ts'

/** `async`: the guest gets a promise. `sync`: it gets a plain value. `raw`: the host reads the arguments itself. */
export const STUB_KINDS = ['async', 'sync', 'raw'] as const
export type StubKind = (typeof STUB_KINDS)[number]

export interface Stub {
  /** A global's name, or `namespace.member`. */
  readonly path: string
  readonly name: string
  readonly kind: StubKind
  /** Of the dispatcher for `raw`, of the owner's table for the others. */
  readonly id: number
}

/** Makes a stub a global of the guest, or a member of the namespace that is being installed. */
export function installStub({ marshal, instance }: Machine, { path, name, kind, id }: Stub): void {
  const pathText = marshal.newText(path)
  if (kind === 'raw') {
    const fn = instance.withUtf8(name, (text) => instance.exports._QTS_NewFunction(instance.ctx, text, 0, 0, id))
    marshal.runProfile('exposeRaw', pathText, fn)
    marshal.free(fn)
  } else {
    const number = marshal.newNumber(id)
    const nameText = marshal.newText(name)
    marshal.runProfile(kind === 'sync' ? 'exposeSync' : 'exposeAsync', number, pathText, nameText)
    marshal.free(number)
    marshal.free(nameText)
  }
  marshal.free(pathText)
}

/** Runs `install`, which installs stubs of `name.…`, and freezes the namespace. */
export function installNamespace({ marshal, instance }: Machine, name: string, install: () => void): void {
  const path = marshal.newText(name)
  marshal.runProfile('exposeRaw', path, instance.undefined)
  install()
  marshal.runProfile('exposeRaw', path, instance.null)
  marshal.free(path)
}
