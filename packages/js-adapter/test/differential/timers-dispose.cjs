// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(() => console.log('never'), 1)
t[Symbol.dispose]()
console.log(t._destroyed)
const i = setImmediate(() => console.log('never'))
i[Symbol.dispose]()
console.log(i._destroyed)
const c = setTimeout(() => console.log('never'), 1)
console.log(c.close() === c, c._destroyed)
const v = setInterval(() => console.log('never'), 1)
v.close()
v.close()
