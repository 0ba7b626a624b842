// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = []
const o = {
  get b() {
    log.push('b')
    return {
      get inner() {
        log.push('inner')
        return 1
      },
    }
  },
  get a() {
    log.push('a')
    return 2
  },
}
structuredClone(o)
console.log(log.join())
try {
  structuredClone({
    get x() {
      throw new RangeError('from getter')
    },
  })
} catch (e) {
  console.log(e.name, e.message)
}
