// Oracle fixture: constructor, codes, names, clone.
/* oxlint-disable */
const names =
  'IndexSizeError HierarchyRequestError WrongDocumentError InvalidCharacterError NoModificationAllowedError NotFoundError NotSupportedError InUseAttributeError InvalidStateError SyntaxError InvalidModificationError NamespaceError InvalidAccessError TypeMismatchError SecurityError NetworkError AbortError URLMismatchError QuotaExceededError TimeoutError InvalidNodeTypeError DataCloneError EncodingError NotReadableError UnknownError ConstraintError DataError TransactionInactiveError ReadOnlyError VersionError OperationError NotAllowedError Own'
for (const name of names.split(' ')) show(name, () => [new DOMException('m', name).code, new DOMException('m', name).name])
for (const [label, args] of Object.entries({
  none: [],
  text: ['m'],
  undef: [undefined, undefined],
  nulls: [null, null],
  numbers: [1, 2],
  cause: ['m', { name: 'AbortError', cause: 5 }],
  empty: ['m', {}],
}))
  show(label, () => {
    const e = new DOMException(...args)
    return [e.message, e.name, e.code, 'cause' in e, e.cause]
  })
show('symbol', () => new DOMException(Symbol('s')))
const e = new DOMException('m', 'AbortError')
show('brand', () => [e instanceof Error, Object.prototype.toString.call(e), String(e), typeof e.stack, Object.keys(e)])
show('proto', () => Object.getPrototypeOf(DOMException.prototype) === Error.prototype)
show('isError', () => Error.isError?.(e))
shapes('DOMException', DOMException, ['INDEX_SIZE_ERR', 'DATA_CLONE_ERR', 'TIMEOUT_ERR', 'DOMSTRING_SIZE_ERR'])
shapes('prototype', DOMException.prototype, ['name', 'message', 'code', 'ABORT_ERR'])
show('readonly', () => {
  'use strict'
  e.code = 1
})
show('getter elsewhere', () => Object.getOwnPropertyDescriptor(DOMException.prototype, 'code').get.call({}))
show('clone', () => {
  const c = structuredClone(e)
  return [c instanceof DOMException, c.name, c.code, c.message, c === e]
})
class Own extends DOMException {
  constructor() {
    super('own', 'DataError')
  }
}
show('subclass', () => {
  const o = new Own()
  return [o instanceof Own, o.name, o.code, o.constructor.name]
})
