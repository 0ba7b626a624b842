// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const show = (e) =>
  console.log(e.name, e.message, e.constructor.name, Object.keys(e).join(), 'cause' in e, e.cause, typeof e.stack)
show(structuredClone(new Error('plain')))
for (const Type of [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) show(structuredClone(new Type('t')))
show(structuredClone(Object.assign(new Error('props'), { code: 'X', name: 'Custom' })))
show(structuredClone(new Error('c', { cause: { deep: [1] } })))
show(structuredClone(new (class Mine extends RangeError {})('sub')))
show(structuredClone(Object.assign(new TypeError('n'), { name: 'RangeError' })))
const d = structuredClone(new DOMException('dom', 'AbortError'))
console.log(d.name, d.message, d.code, d instanceof DOMException)
const noMessage = new Error()
console.log(Object.hasOwn(structuredClone(noMessage), 'message'))
