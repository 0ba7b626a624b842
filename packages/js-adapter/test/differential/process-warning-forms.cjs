// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('warning', (w) =>
  console.log(w.name, '|', w.message, '|', w.code, '|', w.detail, w instanceof Error, Object.keys(w).join()),
)
process.emitWarning('plain')
process.emitWarning('typed', 'MyWarning')
process.emitWarning('coded', 'MyWarning', 'C1')
process.emitWarning('options', { type: 'T', code: 'C2', detail: 'more' })
process.emitWarning('ctor', process.emitWarning)
process.emitWarning('type and ctor', 'X', process.emitWarning)
process.emitWarning(new RangeError('error'))
process.emitWarning(Object.assign(new Error('named'), { name: 'Custom', code: 'C3' }))
for (const f of [
  () => process.emitWarning(),
  () => process.emitWarning(5),
  () => process.emitWarning('x', 5),
  () => process.emitWarning('x', 'y', 5),
  () => process.emitWarning('x', null),
  () => process.emitWarning({}),
])
  try {
    f()
    console.log('accepted')
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
