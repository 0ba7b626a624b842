// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(() => console.log('fires'), 20)
t._destroyed = false
t.custom = 1
const s = setTimeout(() => console.log('never'), 20)
clearTimeout(s)
s._destroyed = false
clearTimeout(s)
const u = setTimeout(() => console.log('u'), 30)
for (const symbol of Object.getOwnPropertySymbols(u)) if (String(symbol) === 'Symbol(refed)') console.log(u[symbol], u.hasRef())
