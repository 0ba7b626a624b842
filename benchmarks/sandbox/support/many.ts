// A thousand sandboxes that live at once: how much the process has grown by them, each of which has run and answers when it is asked again.
import { Image, Sandbox } from '@loopwright/js-adapter'
import { residentMiB } from './resident.ts'
import { withLoop } from './running-loop.ts'

export const MANY = 1000
const MIB = 1024 * 1024
/** As many are asked again afterwards. */
const ASKED = 10

export interface Many {
  readonly growthMiB: number
  readonly imageMiB: number
  /** Sum of what they keep while they are parked. */
  readonly parkedMiB: number
}

export function growthOfMany(profile: 'full' | 'bare', { park = false }: { readonly park?: boolean } = {}): Promise<Many> {
  return withLoop(async (loop) => {
    const image = profile === 'bare' ? await Image.create({ profile }) : await Image.create()
    const beforeMiB = await residentMiB()
    const live: Sandbox[] = []
    let parkedBytes = 0
    for (let made = 0; made < MANY; made++) {
      const sandbox = await Sandbox.create({ loop, image, limits: { operationMs: 10_000, hardMs: false } })
      if ((await sandbox.run(`globalThis.own = ${made}; 1 + 1`)) !== 2) throw new Error('wrong sum')
      if (park) parkedBytes += sandbox.park()
      live.push(sandbox)
    }
    const growthMiB = (await residentMiB()) - beforeMiB
    for (const [made, sandbox] of live.entries()) {
      if (made < ASKED && (await sandbox.run('own')) !== made) throw new Error('a sandbox has forgotten who it is')
      sandbox.close()
    }
    return { growthMiB, imageMiB: image.bytes / MIB, parkedMiB: parkedBytes / MIB }
  })
}
