// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r) => console.log('unhandled', r.message))
const f = async () => {
  throw new Error('async')
}
f()
const p = f()
;(async () => {
  await null
  try {
    await p
  } catch (e) {
    console.log('caught', e.message)
  }
})()
