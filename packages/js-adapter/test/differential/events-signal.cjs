// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = new EventTarget()
const c = new AbortController()
t.addEventListener('x', () => console.log('1'), { signal: c.signal })
t.addEventListener('x', () => {
  console.log('2')
  c.abort()
})
t.addEventListener('x', () => console.log('3'), { signal: c.signal })
t.dispatchEvent(new Event('x'))
t.dispatchEvent(new Event('x'))
t.addEventListener('y', () => console.log('never'), { signal: AbortSignal.abort() })
t.dispatchEvent(new Event('y'))
for (const signal of [null, 5, {}, 'x'])
  try {
    t.addEventListener('z', () => {}, { signal })
    console.log('accepted')
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
