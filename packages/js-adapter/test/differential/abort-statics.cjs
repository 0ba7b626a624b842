// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(
  AbortSignal.abort().reason.name,
  AbortSignal.abort('r').reason,
  AbortSignal.abort(null).reason,
  AbortSignal.abort(undefined).reason.name,
)
for (const f of [
  () => new AbortSignal(),
  () => AbortSignal(),
  () => AbortSignal.timeout(),
  () => AbortSignal.timeout(-1),
  () => AbortSignal.timeout('5'),
  () => AbortSignal.timeout(1.5),
  () => AbortSignal.timeout(NaN),
  () => AbortSignal.timeout(2 ** 53),
  () => AbortSignal.any(),
  () => AbortSignal.any(5),
  () => AbortSignal.any([5]),
  () => AbortSignal.any([{}]),
  () => AbortSignal.any([]).aborted,
  () => AbortController.prototype.signal,
  () => AbortController.prototype.abort.call({}),
  () => AbortSignal.prototype.aborted,
  () => AbortSignal.prototype.throwIfAborted.call({}),
])
  try {
    console.log(f())
  } catch (e) {
    console.log(e.name, e.code, e.code ? e.message : '')
  }
