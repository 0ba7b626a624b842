// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e, o) => console.log('uncaught', e.message ?? e, o))
const t = new EventTarget()
t.addEventListener('x', () => {
  throw new Error('one')
})
t.addEventListener('x', {})
t.addEventListener('x', async () => {
  throw new Error('async')
})
t.addEventListener('x', () => console.log('last'))
console.log(t.dispatchEvent(new Event('x')))
process.nextTick(() => console.log('tick'))
Promise.resolve().then(() => console.log('job'))
