// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const e = new Event('a')
e.initEvent('b', true, true)
console.log(e.type, e.bubbles, e.cancelable)
e.preventDefault()
e.initEvent('c')
console.log(e.type, e.bubbles, e.cancelable, e.defaultPrevented)
try {
  e.initEvent()
} catch (x) {
  console.log(x.name, x.code, x.message)
}
