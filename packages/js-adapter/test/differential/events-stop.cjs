// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
t.addEventListener('x', (e) => {
  console.log(1)
  e.stopPropagation()
})
t.addEventListener('x', (e) => {
  console.log(2, e.cancelBubble)
  e.stopImmediatePropagation()
})
t.addEventListener('x', () => console.log('never'))
const e = new Event('x')
t.dispatchEvent(e)
console.log(e.cancelBubble)
t.dispatchEvent(new Event('x'))
