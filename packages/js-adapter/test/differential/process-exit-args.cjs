// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('exit', (c) => console.log('exit', c, process.exitCode))
try {
  process.exit('abc')
} catch (e) {
  console.log(e.code)
}
try {
  process.exit(1.5)
} catch (e) {
  console.log(e.code)
}
process.exit('7')
