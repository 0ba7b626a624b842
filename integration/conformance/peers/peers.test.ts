// The comparison of sandboxes: each way of ending is told from the others, and a sample of programs on every subject that is here.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LEFT_OUT, PROGRAMS } from './programs.ts'
import { AbsentError, Trials } from './run.ts'
import { SUBJECTS } from './subjects.ts'

const entry = join(import.meta.dirname, 'fake.ts')

describe('the classification', () => {
  test.each([
    ['ends', 'ended'],
    ['is stopped', 'ended'],
    ['is late', 'late'],
    ['lets an exception through', 'host exception'],
    ['hands out a result after the stop', 'swallowed'],
    ['runs on after the stop', 'swallowed'],
    ['spoils the next one', 'next wrong'],
    ['dies', 'died'],
    ['hangs', 'hung'],
  ])('a program that %s has the verdict "%s", and the next one is judged for itself', async (source, verdict) => {
    await using trials = new Trials('fake', { entry, killMs: 300 })
    expect(await trials.try({ source, holds: undefined })).toMatchObject({ verdict })
    expect(await trials.try({ source: 'ends', holds: undefined })).toMatchObject({ verdict: 'ended' })
    expect(trials.versions).toBe('fake 1')
  })
  test('a subject that is not here is told with its reason', async () => {
    await using trials = new Trials('absent', { entry })
    await expect(trials.try({ source: 'ends', holds: undefined })).rejects.toThrow(new AbsentError('it is not here'))
  })
})

test('the programs need nothing but the language, and are most of the suite', () => {
  expect(PROGRAMS.length).toBeGreaterThan(200)
  expect(LEFT_OUT).toBeGreaterThan(0)
  for (const { source } of PROGRAMS) expect(source).not.toMatch(/setTimeout|process\.|console\.|\blater\(/u)
})

describe.each(Object.keys(SUBJECTS))('%s', (subject) => {
  test('an endless loop is stopped and the next tenant is right, where the subject can be loaded', async ({ skip }) => {
    await using trials = new Trials(subject)
    try {
      expect(await trials.try({ source: '6 * 7', holds: undefined })).toMatchObject({ verdict: 'ended' })
      expect(await trials.try({ source: 'while (true) {}', holds: undefined })).toMatchObject({ verdict: 'ended' })
    } catch (error) {
      if (!(error instanceof AbsentError) || subject.startsWith('js-adapter')) throw error
      skip(`not run: ${subject}: ${error.message}`)
    }
  })
})
