// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(function named() {}, 5, 'arg')
const text = (x) => {
  const lines = []
  console.log(Object.keys(x).join(), Object.getOwnPropertySymbols(x).map(String).slice(0, 2).join())
}
text(t)
clearTimeout(t)
const i = setImmediate(() => {})
console.log(Object.keys(i).join(), typeof i._idleNext, i.constructor.name)
clearImmediate(i)
console.log(t.constructor.name, t.constructor.length, Object.getOwnPropertyNames(t.constructor.prototype).join())
