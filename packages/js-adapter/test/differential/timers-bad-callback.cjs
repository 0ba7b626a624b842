// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const bad of [undefined, null, 0, 'x', {}, [], true, 5n, Symbol('s')])
  try {
    setTimeout(bad)
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
try {
  queueMicrotask(1)
} catch (e) {
  console.log(e.code)
}
try {
  process.nextTick('a')
} catch (e) {
  console.log(e.message)
}
