// A sample of the flood: 3 x 10^5 submissions keep no more than the first thousand.
import { expect, test } from 'vitest'
import { ADMISSION_POLICIES } from '../../src/admission.ts'
import { flood } from './flood.ts'

// A task and what it keeps take 100 bytes and more: a queue that grew would hold 30 MB.
test.each(ADMISSION_POLICIES)(
  'AD-6 memory stays bounded under a flood of 3 x 10^5 submissions: policy %s',
  { timeout: 120_000 },
  async (policy) => {
    const { grownBytes } = await flood(policy, 300_000)
    expect(grownBytes).toBeLessThanOrEqual(1024 * 1024)
  },
)
