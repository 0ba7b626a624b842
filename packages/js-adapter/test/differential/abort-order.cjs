// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const c = new AbortController()
const t = new EventTarget()
c.signal.addEventListener('abort', () => {
  console.log('listener')
})
const dependent = AbortSignal.any([c.signal])
dependent.addEventListener('abort', () => console.log('dependent'))
c.signal.addEventListener('abort', () => console.log('late', dependent.aborted))
t.addEventListener('x', () => console.log('never'), { signal: c.signal })
c.abort()
t.dispatchEvent(new Event('x'))
