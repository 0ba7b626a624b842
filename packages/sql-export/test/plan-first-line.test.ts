// P-2: what is known before the rows are counted is told before.
import { expect, test } from 'vitest'
import type { Plan } from '../src/index.ts'
import { planExport, planToText } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { SHOP, makeDatabase } from './database.ts'

test('P-2 the plan is told before a key is read, and its first line is that of the whole plan', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const steps: string[] = []
  const told: Plan[] = []
  const begin = source.begin.bind(source)
  source.begin = () => {
    steps.push('begin')
    return begin()
  }
  const onPlan = (plan: Plan): void => {
    steps.push('told')
    told.push(plan)
  }
  const plan = await planExport({ source, roots: [{ table: 'orders' }], onPlan })
  expect(steps).toEqual(['told', 'begin'])
  expect(told[0]?.observed.counts).toBeNull()
  expect(plan.observed.counts).not.toBeNull()
  expect(planToText(told[0] as Plan).split('\n')[0]).toBe(planToText(plan).split('\n')[0])
  expect(told[0]?.hash).toBe(plan.hash)
})
