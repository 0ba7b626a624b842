// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const c = new AbortController()
const wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const t = setTimeout(resolve, ms, 'done')
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(t)
        reject(signal.reason)
      },
      { once: true },
    )
  })
wait(1000, c.signal).catch((e) => console.log(e.name, e.message))
wait(2, c.signal).then((v) => console.log(v))
setTimeout(() => c.abort(new DOMException('stop', 'TimeoutError')), 30)
wait(50, AbortSignal.abort('now')).catch((e) => console.log(e))
