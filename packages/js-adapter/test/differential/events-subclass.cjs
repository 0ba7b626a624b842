// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
class MyTarget extends EventTarget {
  constructor() {
    super()
    this.n = 0
    this.addEventListener('inc', this)
  }
  handleEvent(e) {
    this.n += e.detail ?? 1
  }
}
const t = new MyTarget()
t.dispatchEvent(new Event('inc'))
t.dispatchEvent(new CustomEvent('inc', { detail: 5 }))
console.log(t.n, t)
class MyEvent extends Event {
  constructor(type, data) {
    super(type)
    this.data = data
  }
}
const e = new MyEvent('x', 1)
console.log(
  e.data,
  e.type,
  e instanceof Event,
  Object.prototype.toString.call(e),
  Object.keys(e).filter((k) => k !== 'isTrusted'),
)
