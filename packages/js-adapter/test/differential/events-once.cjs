// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
let n = 0
t.addEventListener(
  'x',
  () => {
    n++
    if (n < 3) t.dispatchEvent(new Event('x'))
  },
  { once: true },
)
t.dispatchEvent(new Event('x'))
console.log(n)
t.addEventListener('y', () => console.log('y1'), { once: true })
t.addEventListener('y', () => console.log('y2'))
t.dispatchEvent(new Event('y'))
t.dispatchEvent(new Event('y'))
