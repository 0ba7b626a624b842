// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('uncaughtException', (e, o) => console.log('uncaught', e.message ?? e, o))
queueMicrotask(() => {
  throw new Error('one')
})
queueMicrotask(() => console.log('next'))
queueMicrotask(() => {
  throw 'two'
})
process.nextTick(() => console.log('tick'))
for (const value of [undefined, null, 1, {}, 'x'])
  try {
    queueMicrotask(value)
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
console.log(queueMicrotask(() => {}))
