// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget(),
  c = new AbortController()
t.addEventListener(
  'x',
  function (e) {
    console.log(this === t, e.type, e.target === t, e.eventPhase, e.isTrusted, e.composedPath().length)
  },
  { once: true },
)
t.addEventListener(
  'x',
  {
    handleEvent(e) {
      console.log('object', e.cancelable, e.defaultPrevented)
    },
  },
  { signal: c.signal },
)
console.log(t.dispatchEvent(new Event('x', { cancelable: true })))
c.abort()
console.log(t.dispatchEvent(new Event('x')), c.signal.reason.name, c.signal.reason.code, c.signal.reason.message)
console.log(
  Object.prototype.toString.call(t),
  Object.prototype.toString.call(c),
  String(new Event('q')),
  new CustomEvent('d', { detail: 1 }).detail,
  Event.AT_TARGET,
  DOMException.ABORT_ERR,
)
try {
  c.signal.throwIfAborted()
} catch (e) {
  console.log(e instanceof Error, e instanceof DOMException)
}
