// The flood of AD-6 in full.
import { expect, test } from 'vitest'
import { ADMISSION_POLICIES } from '../../src/admission.ts'
import { flood } from './flood.ts'

test.each(ADMISSION_POLICIES)(
  'AD-6 memory stays bounded under a flood of 10^7 submissions: policy %s',
  { timeout: 600_000 },
  async (policy) => {
    const { grownBytes } = await flood(policy, 10_000_000)
    expect(grownBytes).toBeLessThanOrEqual(1024 * 1024)
  },
)
