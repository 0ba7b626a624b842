// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
const b = () => console.log('b')
const c = () => console.log('c')
t.addEventListener('x', () => {
  console.log('a')
  t.removeEventListener('x', b)
  t.addEventListener('x', c)
})
t.addEventListener('x', b)
t.dispatchEvent(new Event('x'))
console.log('--')
t.dispatchEvent(new Event('x'))
