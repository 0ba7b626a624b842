// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const value of [undefined, null, 1, {}, 'x', []])
  try {
    process.nextTick(value)
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
console.log(
  process.nextTick(() => {}),
  process.nextTick.length,
)
