// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.exitCode = 4
process.on('exit', (c) => console.log('exit', c))
process.exit(undefined)
