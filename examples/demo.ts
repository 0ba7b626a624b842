// `pnpm demo`: the main job on embedded defaults, no server and no compiler: a guest on the loop, then a masked subset.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const PARTS = [
  {
    folder: '01-guest-on-the-loop',
    title: 'A guest script on the loop: order, a host function, a limit that fires, logs, metrics',
  },
  {
    folder: '02-masked-subset',
    title: 'Five customers of a shop, and all they refer to, into another database: masked, with new keys',
  },
] as const

function run(folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, folder, 'main.ts')], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

const startedAt = performance.now()
for (const { folder, title } of PARTS) {
  process.stdout.write(`\n── ${title}\n   examples/${folder}/main.ts\n\n`)
  const exitCode = await run(folder)
  if (exitCode !== 0) {
    process.stderr.write(`\nexamples/${folder} ended with exit code ${exitCode}\n`)
    process.exit(1)
  }
}
process.stdout.write(
  `\nDone in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. What you saw is under examples/; README.md says where to go next.\n`,
)
