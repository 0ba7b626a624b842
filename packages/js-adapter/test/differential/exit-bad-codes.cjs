// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const bad of ['abc', 1.5, {}, true, '1.5', NaN])
  try {
    process.exitCode = bad
  } catch (e) {
    console.log(e.code, e.message)
  }
process.exitCode = undefined
process.exitCode = '0'
console.log(process.exitCode)
