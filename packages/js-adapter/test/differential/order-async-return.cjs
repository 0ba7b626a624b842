// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = (n) => () => console.log(n)
;(async () => Promise.resolve())().then(log('returned promise'))
;(async () => {})().then(log('returned nothing'))
;(async () => {
  await Promise.resolve()
})().then(log('awaited promise'))
Promise.resolve().then(log(1)).then(log(2)).then(log(3)).then(log(4))
new Promise((r) => r(Promise.resolve())).then(log('resolved with promise'))
