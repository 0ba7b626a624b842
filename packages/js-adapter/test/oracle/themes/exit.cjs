// Oracle fixture: beforeExit, exit, codes and what still runs.
/* oxlint-disable */
let rounds = 0
process.on('beforeExit', (code) => {
  show('beforeExit', () => [code, process.exitCode])
  if (++rounds < 3) setTimeout(() => console.log(`work ${rounds}`), 1)
  else {
    process.nextTick(() => console.log('tick of the last beforeExit'))
    Promise.resolve().then(() => console.log('job of the last beforeExit'))
    process.exitCode = 4
  }
})
process.on('exit', (code) => {
  show('exit', () => [code, process._exiting])
  process.exitCode = 6
  setTimeout(() => console.log('never: timer'), 0)
  setImmediate(() => console.log('never: immediate'))
  process.nextTick(() => console.log('never: tick'))
  queueMicrotask(() => console.log('job of exit'))
})
process.on('exit', (code) => show('second listener', () => [code, process.exitCode]))
process.prependListener('exit', (code) => show('prepended', () => code))
process.once('beforeExit', () => console.log('once'))
const unrefed = setTimeout(() => console.log('never: unrefed'), 1000).unref()
show('unrefed', () => unrefed.hasRef())
for (const bad of ['abc', 1.5, {}, true, NaN]) show(`exit ${text(bad)}`, () => process.exit(bad))
show('emit by hand', () => process.emit('beforeExit', 9))
