// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const c = new AbortController()
console.log(c.signal === c.signal, c.signal.aborted, c.signal.reason, c.signal.onabort)
c.signal.onabort = (e) => console.log('onabort', e.type, e.isTrusted, e.target === c.signal, e.bubbles, e.cancelable)
c.signal.addEventListener('abort', () => console.log('listener'))
c.abort()
c.abort('again')
console.log(
  c.signal.aborted,
  c.signal.reason.name,
  c.signal.reason.code,
  c.signal.reason.message,
  c.signal.reason instanceof DOMException,
)
try {
  c.signal.throwIfAborted()
} catch (e) {
  console.log(e === c.signal.reason)
}
for (const reason of [undefined, null, 0, '', 'text', { a: 1 }]) {
  const d = new AbortController()
  d.abort(reason)
  console.log(d.signal.reason?.name ?? d.signal.reason)
}
