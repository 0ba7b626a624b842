// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
const o = {
  handleEvent(e) {
    console.log('object', this === o, e.type)
  },
}
t.addEventListener('x', o)
t.addEventListener('x', function (e) {
  console.log('function', this === t)
})
t.addEventListener('x', null)
t.addEventListener('x', undefined)
t.dispatchEvent(new Event('x'))
o.handleEvent = () => console.log('replaced')
t.dispatchEvent(new Event('x'))
for (const value of [5, 'x', true, Symbol('s')])
  try {
    t.addEventListener('x', value)
    console.log('accepted')
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
for (const f of [
  () => t.addEventListener('x'),
  () => t.addEventListener(),
  () => t.removeEventListener('x'),
  () => t.dispatchEvent(),
  () => t.dispatchEvent({}),
  () => t.dispatchEvent('x'),
  () => EventTarget.prototype.addEventListener.call({}, 'x', () => {}),
  () => EventTarget.prototype.dispatchEvent.call(null, new Event('x')),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
