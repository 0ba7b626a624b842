// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const f = (x) => console.log('f', x)
process.on('thing', f)
process.once('thing', (x) => console.log('once', x))
process.prependListener('thing', () => console.log('first'))
console.log(process.emit('thing', 1), process.emit('thing', 2), process.listenerCount('thing'), process.emit('none'))
process.off('thing', f)
console.log(process.emit('thing', 3))
process.removeAllListeners('thing')
console.log(process.emit('thing'))
