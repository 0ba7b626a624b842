// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const f = () => console.log('f')
const g = function (...a) {
  console.log('g', this === process, a)
}
console.log(process.on('x', f) === process, process.prependListener('x', g) === process)
console.log(process.emit('x', 1, 2), process.emit('nothing'))
process.once('y', g)
console.log(
  process.listenerCount('x'),
  process.listenerCount('y'),
  process.listeners('y')[0] === g,
  process.rawListeners('y')[0] === g,
  process.rawListeners('y')[0].listener === g,
)
process.emit('y', 'once')
console.log(process.emit('y'), process.eventNames().includes('x'))
process.on('x', f)
process.off('x', f)
console.log(process.listenerCount('x'), process.listenerCount('x', f))
process.removeAllListeners('x')
console.log(process.listenerCount('x'))
process.prependOnceListener('z', g)
process.on('z', f)
process.emit('z')
process.emit('z')
