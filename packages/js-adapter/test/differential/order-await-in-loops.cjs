// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const log = []
const worker = async (name, n) => {
  for (let i = 0; i < n; i++) {
    log.push(name + i)
    await null
  }
  return name
}
Promise.all([worker('a', 3), worker('b', 2), worker('c', 4)]).then((v) => console.log(v.join(), log.join()))
;(async () => {
  for (const x of [1, 2, 3]) await (x === 2 ? new Promise((r) => setImmediate(r)) : x)
  console.log('loop done', log.length)
})()
