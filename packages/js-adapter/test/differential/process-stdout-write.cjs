// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(process.stdout.write('no newline '))
process.stdout.write('second\n', () => console.log('callback'))
process.stdout.write('third\n', 'utf8', () => console.log('callback 2'))
console.log('sync')
for (const f of [() => process.stdout.write(null), () => process.stdout.write(5), () => process.stdout.write()])
  try {
    f()
    console.log('accepted')
  } catch (e) {
    console.log(e.name, e.code, e.message)
  }
process.stdout.write(new Uint8Array([104, 105, 10]))
