// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
t.addEventListener('x', (e) =>
  console.log(
    e.target === t,
    e.currentTarget === t,
    e.srcElement === t,
    e.eventPhase,
    e.composedPath().length,
    e.composedPath()[0] === t,
  ),
)
const e = new Event('x')
console.log(t.dispatchEvent(e))
console.log(e.target === t, e.currentTarget, e.eventPhase, e.composedPath())
console.log(t.dispatchEvent(e), t.dispatchEvent(new Event('nobody')))
t.addEventListener('r', (e) => {
  try {
    t.dispatchEvent(e)
  } catch (x) {
    console.log(x.name, x.code, x.message)
  }
})
t.dispatchEvent(new Event('r'))
