// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const code of ['5', '', 'abc', 1.5, NaN, {}, true, null, undefined, 256, -1, '0x10', '1e2', Infinity, 5n])
  try {
    process.exitCode = code
    console.log(typeof code, String(code), process.exitCode)
  } catch (e) {
    console.log(typeof code, String(code), e.name, e.code, e.message)
  }
process.exitCode = 0
