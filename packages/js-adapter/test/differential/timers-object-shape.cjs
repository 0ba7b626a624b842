// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(() => {}, 7, 1, 2)
console.log(t._timerArgs, t._idleTimeout, t._repeat, t._destroyed, typeof t._onTimeout, t._idleStart >= 0)
t._onTimeout = () => console.log('replaced')
const u = setInterval(() => {
  console.log('u', u._repeat)
  u._repeat = null
}, 400)
