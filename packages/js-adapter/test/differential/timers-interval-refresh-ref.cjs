// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const i = setInterval(() => console.log('never'), 10000)
console.log(i.hasRef(), i.unref().hasRef(), i.ref().hasRef(), i.refresh() === i, i._repeat)
clearInterval(i)
console.log(i._destroyed, i._repeat, i.hasRef(), i.refresh()._destroyed)
const t = setTimeout(() => console.log('once'), 2)
t.unref()
t.ref()
