// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const t = setTimeout(
  function (...args) {
    console.log(this === t, this._destroyed, args, this.hasRef())
    setImmediate(() => console.log(t._destroyed, t._idleTimeout, t._onTimeout === null, t.hasRef()))
  },
  100,
  'a',
  undefined,
  null,
)
const i = setImmediate(
  function (...args) {
    console.log(this === i, this._destroyed, args, i.hasRef())
    process.nextTick(() => console.log(i._destroyed, i._onImmediate, i.hasRef()))
  },
  1,
  2,
  3,
  4,
)
