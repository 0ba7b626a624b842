// Allocation of small objects and arrays: twenty binary trees are built, walked and dropped while a greater one lives. A node is one object and one array.
import { computing } from './support/computing.ts'

const TREES = 20
const DEPTH = 10
const KEPT_DEPTH = 12

const nodes = (depth: number): number => 2 ** (depth + 1) - 1

export const workload = computing({
  source: `
    function build(depth) {
      return depth === 0
        ? { left: null, right: null, span: [0, 1] }
        : { left: build(depth - 1), right: build(depth - 1), span: [depth, depth + 1] }
    }
    function count({ left, right, span }) {
      return span[1] - span[0] + (left === null ? 0 : count(left) + count(right))
    }
    function churn(trees) {
      const kept = build(${KEPT_DEPTH})
      let sum = 0
      for (let tree = 0; tree < trees; tree++) sum += count(build(${DEPTH}))
      return sum + count(kept)
    }`,
  call: `churn(${TREES})`,
  expected: TREES * nodes(DEPTH) + nodes(KEPT_DEPTH),
})
