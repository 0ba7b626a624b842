// fib(27), which is nothing but calls: 832 039 of them, of a function of the guest's own.
import { computing } from './support/computing.ts'

export const workload = computing({
  source: 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }',
  call: 'fib(27)',
  expected: 196_418,
})
