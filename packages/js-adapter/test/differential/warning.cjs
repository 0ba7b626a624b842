// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('warning', (w) => console.log(w.name, w.message, w.code))
process.emitWarning('one')
process.emitWarning('two', 'Custom', 'C1')
process.emitWarning('three', { type: 'T', code: 'C2', detail: 'd' })
process.emitWarning(new TypeError('four'))
console.log('sync')
