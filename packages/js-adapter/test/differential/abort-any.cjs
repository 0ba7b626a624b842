// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = new AbortController()
const b = new AbortController()
const any = AbortSignal.any([a.signal, b.signal])
const nested = AbortSignal.any([any, AbortSignal.any([])])
any.addEventListener('abort', () => console.log('any', any.reason))
nested.addEventListener('abort', () => console.log('nested', nested.reason))
a.signal.addEventListener('abort', () => console.log('a', any.aborted, nested.aborted))
b.signal.addEventListener('abort', () => console.log('b'))
a.abort('first')
b.abort('second')
console.log(any.reason, nested.reason, AbortSignal.any([a.signal, b.signal]).reason, AbortSignal.any([b.signal, a.signal]).reason)
console.log(AbortSignal.any(new Set([b.signal])).reason, AbortSignal.any([a.signal, a.signal]).aborted)
