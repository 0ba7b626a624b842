// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('newListener', (name, fn) => console.log('new', String(name), typeof fn))
process.on('removeListener', (name) => console.log('removed', String(name)))
const s = Symbol('event')
const f = () => {}
process.on(s, f)
process.once('one', f)
process.emit('one')
process.off(s, f)
process.on('many', f)
process.on('many', () => {})
process.removeAllListeners('many')
