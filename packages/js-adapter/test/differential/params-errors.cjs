// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const p = new URLSearchParams('a=1')
for (const f of [
  () => p.get(),
  () => p.getAll(),
  () => p.has(),
  () => p.append('x'),
  () => p.set('x'),
  () => p.delete(),
  () => p.forEach(),
  () => p.forEach(5),
  () => URLSearchParams.prototype.get.call({}, 'a'),
  () => URLSearchParams.prototype.keys.call({}),
  () => URLSearchParams.prototype.size,
  () => p.keys().next.call({}),
  () => URLSearchParams('a'),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
