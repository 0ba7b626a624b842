// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
const seen = []
t.addEventListener('x', (e) => e.preventDefault(), { passive: true })
t.addEventListener('x', (e) => seen.push(e.defaultPrevented))
console.log(t.dispatchEvent(new Event('x', { cancelable: true })))
t.addEventListener('y', (e) => e.preventDefault())
const c = new Event('y', { cancelable: true })
const n = new Event('y')
console.log(t.dispatchEvent(c), c.defaultPrevented, c.returnValue, t.dispatchEvent(n), n.defaultPrevented)
const r = new Event('z', { cancelable: true })
r.returnValue = false
console.log(r.defaultPrevented)
r.returnValue = true
console.log(r.defaultPrevented, seen.join())
const s = new Event('q')
s.cancelBubble = true
console.log(s.cancelBubble)
s.cancelBubble = false
console.log(s.cancelBubble)
