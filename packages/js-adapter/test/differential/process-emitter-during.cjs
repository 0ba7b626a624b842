// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = () => {
  console.log('a')
  process.off('x', b)
  process.on('x', c)
}
const b = () => console.log('b')
const c = () => console.log('c')
process.on('x', a)
process.on('x', b)
process.emit('x')
process.off('x', a)
process.emit('x')
