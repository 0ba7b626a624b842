// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const step = (name, fail) => (v) => {
  console.log(name, v instanceof Error ? v.message : v)
  if (fail) throw new Error('from ' + name)
  return name
}
Promise.resolve('start')
  .then(step('one'))
  .then(step('two', true))
  .then(step('skipped'), step('handler'))
  .then(step('three', true))
  .catch(step('catch'))
  .finally(step('finally'))
  .then(step('end'))
