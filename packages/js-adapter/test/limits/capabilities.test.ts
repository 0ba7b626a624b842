// What a caller insists that an engine has.
import { describe, expect, test } from 'vitest'
import { assertCapabilities, ENGINE_CAPABILITIES } from '../../src/engine/capabilities.ts'
import { Engine } from '../../src/engine/engine.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('E-5 an engine that has what is required is loaded; one that has not is refused with what is missing', async () => {
    const { capabilities } = await Engine.load({
      variant,
      require: ['rejectionTracking', 'adaptivePolling', 'reseed', 'timeSource', 'metered'],
    })
    expect(Object.keys(capabilities).toSorted()).toEqual(ENGINE_CAPABILITIES.toSorted())
    expect(capabilities).toMatchObject({ rejectionTracking: true, metered: true, threadlessGuard: false })
    await expect(Engine.load({ variant, require: ['reseed', 'threadlessGuard'] })).rejects.toMatchObject({
      code: 'ERR_ENGINE_CALIBRATION',
      message: expect.stringContaining('has no threadlessGuard, which is required'),
      context: { missing: ['threadlessGuard'] },
    })
  })
})

test.each(ENGINE_CAPABILITIES)('E-5 %s that was not found is refused where it is required, and only there', (name) => {
  const all = {
    adaptivePolling: true,
    rejectionTracking: true,
    reseed: true,
    timeSource: true,
    metered: true,
    threadlessGuard: true,
    soundMemory: true,
  }
  const engine = { capabilities: { ...all, [name]: false }, notes: ['not seen'] }
  expect(() => assertCapabilities('ng', engine, [name])).toThrow(`the engine "ng" has no ${name}, which is required: not seen`)
  expect(() =>
    assertCapabilities(
      'ng',
      engine,
      ENGINE_CAPABILITIES.filter((other) => other !== name),
    ),
  ).not.toThrow()
})

test.each([[['rejections']], ['rejectionTracking'], [{}], [null]])(
  'E-5 require: %j is refused before anything is loaded',
  async (wrong) => {
    await expect(Engine.load({ require: wrong as never })).rejects.toThrow(/^require must be a list of adaptivePolling, /)
  },
)
