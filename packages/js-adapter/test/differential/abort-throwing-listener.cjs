// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e) => console.log('uncaught', e.message))
const c = new AbortController()
c.signal.addEventListener('abort', () => {
  throw new Error('bad')
})
c.signal.addEventListener('abort', () => console.log('second'))
c.abort()
console.log('after', c.signal.aborted)
