// Oracle fixture: statics, reactions, thenables, subclasses.
/* oxlint-disable */
shapes('Promise', Promise, ['resolve', 'reject', 'all', 'allSettled', 'any', 'race', 'withResolvers', 'try', Symbol.species])
shapes('prototype', Promise.prototype, ['then', 'catch', 'finally', Symbol.toStringTag, 'constructor'])
show('called', () => Promise())
show('no executor', () => new Promise())
show('withResolvers', () => Object.keys(Promise.withResolvers()))
show('same', () => {
  const p = Promise.resolve(1)
  return [Promise.resolve(p) === p, p.then() === p]
})
const outcome = (label, promise) =>
  promise.then(
    (v) => console.log(`${label}: ok ${text(v)}`),
    (e) => console.log(`${label}: no ${e instanceof AggregateError ? `Aggregate ${text(e.errors)}` : text(e)}`),
  )
outcome('all', Promise.all([1, Promise.resolve(2), { then: (f) => f(3) }]))
outcome('all empty', Promise.all([]))
outcome('all of nothing', Promise.all())
outcome('all fails', Promise.all([Promise.reject('a'), Promise.reject('b')]))
outcome(
  'settled',
  Promise.allSettled([1, Promise.reject(2)]).then((all) => all.map((r) => JSON.stringify(r))),
)
outcome('any', Promise.any([Promise.reject(1), 2]))
outcome('any none', Promise.any([]))
outcome('any fails', Promise.any([Promise.reject(1), Promise.reject(2)]))
outcome('race', Promise.race([new Promise(() => {}), 'quick']))
outcome(
  'try',
  Promise.try((a, b) => a + b, 1, 2),
)
outcome(
  'try throws',
  Promise.try(() => {
    throw 'thrown'
  }),
)
outcome(
  'self',
  (() => {
    let r
    const p = new Promise((f) => {
      r = f
    })
    r(p)
    return p
  })(),
)
outcome(
  'then throws in getter',
  Promise.resolve({
    get then() {
      throw 'getter'
    },
  }),
)
outcome(
  'then settles twice',
  Promise.resolve({
    then(f, r) {
      f(1)
      r(2)
      throw 3
    },
  }),
)
outcome(
  'then is no function',
  Promise.resolve({ then: 1 }).then((o) => o.then),
)
outcome('skips', Promise.resolve(1).then(2, 3).catch(4).finally(5))
outcome(
  'finally keeps',
  Promise.resolve(1).finally(() => 2),
)
outcome(
  'finally fails',
  Promise.resolve(1).finally(() => Promise.reject('f')),
)
class Own extends Promise {}
show('subclass', () => [Own.resolve(1).then() instanceof Own, Own.all([]) instanceof Own, Own.try(() => 1).constructor === Own])
class Plain extends Promise {
  static get [Symbol.species]() {
    return Promise
  }
}
show('species', () => Plain.resolve(1).then() instanceof Plain)
show('order of reads', () => {
  const reads = []
  new Proxy({}, {})
  Promise.resolve(
    Object.defineProperty({}, 'then', {
      get() {
        reads.push('then')
      },
    }),
  )
  return reads
})
