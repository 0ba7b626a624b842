// Oracle fixture: AbortController, AbortSignal, any, timeout.
/* oxlint-disable */
shapes('AbortSignal', AbortSignal, ['abort', 'any', 'timeout'])
shapes('AbortController', AbortController.prototype, ['abort', 'signal'])
const controller = new AbortController()
const { signal } = controller
show('fresh', () => [signal.aborted, signal.reason, signal.onabort, signal.throwIfAborted(), controller.signal === signal])
const seen = []
signal.onabort = function (e) {
  seen.push(`on ${this === signal} ${e.type} ${e.isTrusted} ${e.bubbles}`)
}
signal.addEventListener('abort', () => seen.push('listener'))
controller.abort('why')
controller.abort('again')
show('seen', () => seen)
show('aborted', () => [signal.aborted, signal.reason])
show('throwIfAborted', () => signal.throwIfAborted())
show('default reason', () => {
  const c = new AbortController()
  c.abort()
  return [c.signal.reason.name, c.signal.reason.code, c.signal.reason.message]
})
for (const reason of [null, 0, '', false]) show(`reason ${text(reason)}`, () => AbortSignal.abort(reason).reason)
show('statics', () => [AbortSignal.abort().aborted, AbortSignal.abort(undefined).reason.name])
for (const bad of [undefined, null, 1, {}, 'ab', [1], [{}], [null]]) show(`any ${text(bad)}`, () => AbortSignal.any(bad))
show('any empty', () => AbortSignal.any([]).aborted)
show('any first', () => AbortSignal.any([AbortSignal.abort(1), AbortSignal.abort(2)]).reason)
const a = new AbortController(),
  b = new AbortController()
const both = AbortSignal.any([AbortSignal.any([a.signal]), b.signal, b.signal])
both.addEventListener('abort', () => console.log('both'))
a.signal.addEventListener('abort', () => console.log('source first'))
const reason = { own: true }
a.abort(reason)
b.abort('later')
show('identity', () => [both.reason === reason, both.aborted])
for (const bad of [undefined, -1, 'x', NaN, {}, 2 ** 53, Symbol('s'), 1n])
  show(`timeout ${text(bad)}`, () => AbortSignal.timeout(bad).aborted)
for (const value of ['text', 1, null, {}, () => {}])
  show(`onabort ${text(value)}`, () => {
    const s = new AbortController().signal
    s.onabort = value
    return s.onabort === value
  })
const limit = AbortSignal.timeout(5)
limit.addEventListener('abort', () => show('timed out', () => [limit.reason.name, limit.reason.code, limit.reason.message]))
setTimeout(() => show('end', () => limit.aborted), 50)
