// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(() => console.log('never'), 5)
const id = +t
console.log(typeof id, id === t[Symbol.toPrimitive](), `${t}` === String(id), t > 0)
clearTimeout(id)
console.log(t._destroyed)
const s = setTimeout(() => console.log('never'), 5)
clearTimeout(String(+s))
console.log(s._destroyed)
const u = setTimeout(() => console.log('u fires'), 5)
clearTimeout(9e9)
const i = setImmediate(() => {})
console.log(Number.isNaN(+i), String(i), typeof i[Symbol.toPrimitive])
clearImmediate(i)
