// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const f of [
  () => process.on('x'),
  () => process.once('x', 5),
  () => process.off('x', null),
  () => process.emit('error'),
  () => process.emit('error', 5),
  () => process.emit('error', { a: 1 }),
  () => process.emit('error', new RangeError('mine')),
  () => process.setMaxListeners(-1),
  () => process.setMaxListeners('x'),
])
  try {
    console.log(f() === process)
  } catch (e) {
    console.log(e.name, e.code, e.message, e.context)
  }
