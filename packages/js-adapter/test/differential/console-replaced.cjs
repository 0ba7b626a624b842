// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const original = console.log
const seen = []
console.log = (...args) => seen.push(args.join())
console.log('captured', 1)
console.log = original
console.log(seen)
const { log, error } = console
log('detached', this === undefined)
;[1, 2].forEach((x) => log(x))
Promise.resolve('then').then(console.log)
console.log.call(null, 'null this')
console.log.apply({}, ['apply', 'this'])
new Promise((r) => setTimeout(r, 1, 'timer')).then(log)
