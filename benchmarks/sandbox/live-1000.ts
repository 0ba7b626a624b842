// Memory of 1000 sandboxes that live at once, each with the whole profile, each having run; and of what one of them holds.
import { Image, Sandbox } from '@loopwright/js-adapter'
import { defineWorkload } from '../harness/workload.ts'
import { residentMiB } from './support/resident.ts'
import { withLoop } from './support/running-loop.ts'

const LIVE = 1000
const MIB = 1024 * 1024

function liveMiB(each: (growthMiB: number, imageMiB: number) => number): Promise<number> {
  return withLoop(async (loop) => {
    const image = await Image.create()
    const beforeMiB = await residentMiB()
    const live: Sandbox[] = []
    for (let made = 0; made < LIVE; made++) {
      const sandbox = await Sandbox.create({ loop, image, limits: { operationMs: 10_000, hardMs: false } })
      if ((await sandbox.run('1 + 1')) !== 2) throw new Error('wrong sum')
      live.push(sandbox)
    }
    const figure = each((await residentMiB()) - beforeMiB, image.bytes / MIB)
    for (const sandbox of live) sandbox.close()
    return figure
  })
}

export const workload = defineWorkload({
  unit: 'MiB',
  execArgv: ['--expose-gc'],
  subjects: {
    '1000 sandboxes': () => liveMiB((growthMiB) => growthMiB),
    'one sandbox': () => liveMiB((growthMiB) => growthMiB / LIVE),
    'its image': () => liveMiB((_growthMiB, imageMiB) => imageMiB),
  },
  figures: [{ subject: '1000 sandboxes' }, { subject: 'one sandbox', peer: 'its image', ratio: 'cost', target: '<= 1.15' }],
})
