// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const show = (e) =>
  console.log(e.name, e.message, e.code, String(e), e instanceof Error, Object.prototype.toString.call(e), 'cause' in e, e.cause)
show(new DOMException())
show(new DOMException('m'))
show(new DOMException('m', 'AbortError'))
show(new DOMException('m', 'Custom'))
show(new DOMException(undefined, undefined))
show(new DOMException(null, null))
show(new DOMException('m', { name: 'DataCloneError', cause: 5 }))
show(new DOMException('m', {}))
show(new DOMException('m', { cause: undefined }))
for (const name of [
  'IndexSizeError',
  'HierarchyRequestError',
  'WrongDocumentError',
  'InvalidCharacterError',
  'NoModificationAllowedError',
  'NotFoundError',
  'NotSupportedError',
  'InUseAttributeError',
  'InvalidStateError',
  'SyntaxError',
  'InvalidModificationError',
  'NamespaceError',
  'InvalidAccessError',
  'TypeMismatchError',
  'SecurityError',
  'NetworkError',
  'AbortError',
  'URLMismatchError',
  'QuotaExceededError',
  'TimeoutError',
  'InvalidNodeTypeError',
  'DataCloneError',
  'EncodingError',
  'NotReadableError',
  'toString',
  '__proto__',
])
  console.log(name, new DOMException('', name).code)
console.log(Object.keys(DOMException).join())
for (const f of [
  () => DOMException('x'),
  () => DOMException.prototype.name,
  () => DOMException.prototype.message,
  () => Object.getOwnPropertyNames(new DOMException('a')).join(),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
class Sub extends DOMException {}
console.log(new Sub('m', 'N').name, new Sub() instanceof DOMException, JSON.stringify(new DOMException('a', 'b')))
