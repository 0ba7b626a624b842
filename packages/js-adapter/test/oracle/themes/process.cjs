// Oracle fixture: members, emitter, ticks, codes, clocks.
/* oxlint-disable */
for (const name of [
  'nextTick',
  'emitWarning',
  'exit',
  'hrtime',
  'uptime',
  'on',
  'once',
  'off',
  'emit',
  'addListener',
  'removeListener',
  'listenerCount',
  'listeners',
  'rawListeners',
  'eventNames',
  'prependListener',
  'prependOnceListener',
  'removeAllListeners',
  'setMaxListeners',
  'getMaxListeners',
])
  show(name, () => [typeof process[name], process[name].length])
show('tag', () => Object.prototype.toString.call(process))
for (const bad of [undefined, null, 1, 'f', {}]) {
  show(`nextTick ${text(bad)}`, () => process.nextTick(bad))
  show(`on ${text(bad)}`, () => process.on('x', bad))
}
for (const bad of ['abc', 1.5, {}, [], true, NaN, Infinity, Symbol('s')])
  show(`exitCode ${text(bad)}`, () => {
    process.exitCode = bad
  })
for (const good of [undefined, null, '7', '', 0, 3])
  show(`exitCode ${text(good)}`, () => {
    process.exitCode = good
    return process.exitCode
  })
for (const bad of [1, 'x', null, [1], [1, 2, 3]]) show(`hrtime ${text(bad)}`, () => process.hrtime(bad).length)
show('hrtime', () => [process.hrtime().length, typeof process.hrtime.bigint(), process.hrtime(process.hrtime())[0]])
show('bigint grows', () => process.hrtime.bigint() <= process.hrtime.bigint())
show('uptime', () => process.uptime() >= 0 && process.uptime() < 600)
show('exiting', () => process._exiting)
const heard = []
const listener = (...args) => heard.push(args.length)
show('chain', () => process.on('x', listener) === process)
process.once('x', listener)
process.prependListener('x', () => heard.push('first'))
show('emit', () => [process.emit('x', 1, 2), process.emit('x'), process.emit('unknown')])
show('heard', () => heard)
show('counts', () => [process.listenerCount('x'), process.listeners('x').length, process.eventNames().includes('x')])
show('remove', () => process.removeAllListeners('x').listenerCount('x'))
show('error event', () => process.emit('error', new RangeError('own')))
show('error value', () => process.emit('error', 5))
for (const bad of [undefined, 1, {}, Symbol('s')]) show(`emitWarning ${text(bad)}`, () => process.emitWarning(bad))
show('emitWarning type', () => process.emitWarning('w', 5))
process.on('warning', (w) => console.log(`warning: ${w.name} ${w.code} ${w.message} ${w.detail}`))
process.emitWarning('careful', { type: 'Own', code: 'OWN1', detail: 'more' })
process.nextTick((...args) => show('tick args', () => args), 1, 'two')
process.on('exit', function (code) {
  show('exit', () => [code, process.exitCode, process._exiting, this === process])
})
