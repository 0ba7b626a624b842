// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(() => console.log('t', t.hasRef()), 5).unref()
console.log(t.hasRef())
setTimeout(() => {
  console.log('again', t.hasRef())
  t.refresh()
  console.log('after refresh', t.hasRef())
  t.ref()
}, 20)
